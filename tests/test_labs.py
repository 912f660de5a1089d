"""Labs: every check against its bank of answers, and what a student sees."""

import pkgutil
import re
import time
from importlib import import_module
from types import SimpleNamespace

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from labs.bank import LABS, Solutions, hint
from labs.mutants import mutants
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import labs
from tricks.labs import lab as lab_kit
from tricks.labs.exercises import vanishing_gradients as lab
from tricks.labs.exercises.vanishing_gradients import predictions
from tricks.labs.mistakes import Mistake, NotDone


def banks():
    """Every lab beside its bank of answers: they have the same name."""
    for name in (module.name for module in pkgutil.iter_modules(labs.__path__) if not module.name.startswith("test")):
        bank = import_module(f"labs.{name}")
        if hasattr(bank, "BANK"):
            yield import_module(f"tricks.labs.exercises.{name}").LAB, bank


BANKS = sorted(banks(), key=lambda pair: pair[1].NAME)
CASES = [
    pytest.param(the_lab.exercises[name], answers, Solutions(bank.NAME), id=f"{bank.__name__.split('.')[1]}-{name}")
    for the_lab, bank in BANKS
    for name, answers in bank.BANK.items()
]


def seeds_of(answers):
    return range(5) if answers.formula else range(1)


def test_every_lab_has_its_bank():
    names = [path.stem for path in sorted(LABS.glob("*.ipynb"))]
    assert [bank.NAME for _, bank in BANKS] == [the_lab.name for the_lab, _ in BANKS] == names


@pytest.mark.parametrize("the_lab, bank", BANKS)
def test_every_exercise_has_a_bank_of_at_least_five_wrong_answers(the_lab, bank):
    assert list(bank.BANK) == list(the_lab.exercises)
    for answers in bank.BANK.values():
        assert len(answers.wrong) >= 5 and len(answers.right) >= 1


@pytest.mark.parametrize("exercise, answers, solutions", CASES)
def test_right_answers_pass(exercise, answers, solutions):
    names = solutions.names(answers)
    for answer in [solutions.reference(answers), *answers.right]:
        source = solutions.source(answers, answer)
        for seed in seeds_of(answers):
            assert hint(exercise, names, source, seed) is None, source


@pytest.mark.parametrize("exercise, answers, solutions", CASES)
def test_wrong_answers_get_the_hint_that_names_the_mistake(exercise, answers, solutions):
    names = solutions.names(answers)
    for answer, expected in answers.wrong:
        source = solutions.source(answers, answer)
        for seed in seeds_of(answers):
            said = hint(exercise, names, source, seed)
            assert said is not None and expected in said, f"{source}\n\ngets {said!r}"


@pytest.mark.parametrize("exercise, answers, solutions", CASES)
def test_the_blank_is_told_that_it_is_open(exercise, answers, solutions):
    said = hint(exercise, solutions.names(answers), solutions.blank(answers))
    assert said is not None and ("open" in said or "nothing comes back" in said)


@pytest.mark.parametrize("exercise, answers, solutions", [case for case in CASES if case.values[1].formula])
def test_no_mutant_of_the_reference_passes_but_those_explained(exercise, answers, solutions):
    names = solutions.names(answers)
    survivors = set()
    for change, source in mutants(solutions.reference(answers)):
        if all(hint(exercise, names, source, seed) is None for seed in range(5)):
            survivors.add(change)
    assert survivors == set(answers.survivors)


# What a student sees, in a real kernel.

ONE_LINE = re.compile(r"◻ \w+: [^\n]+")


def run(cells, folder, stop=True):
    """Run cells in a kernel; return their outputs, and the error that stopped them if one did."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    return execute(notebook, folder, stop)


def execute(notebook, folder, stop):
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=not stop, resources=resources)
    try:
        client.execute()
    except CellExecutionError as error:
        return notebook, error
    return notebook, None


def said(cell):
    """What the cell says, in one line, or in a few that break between words."""
    (output,) = cell.outputs
    lines = output.traceback if output.output_type == "error" else [output.text.rstrip("\n")]
    assert all(len(line) <= 88 and "\n" not in line for line in lines)
    return " ".join(line.strip() for line in lines)


def test_an_untouched_lab_stops_at_its_first_check_with_one_sentence(tmp_path):
    for path in sorted(LABS.glob("*.ipynb")):
        notebook, error = execute(nbformat.read(path, as_version=4), tmp_path, stop=True)
        assert error is not None and error.ename == "NotDone"
        ran = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count]
        assert "check" in ran[-1].metadata.tags
        assert sum("check" in cell.metadata.get("tags", []) for cell in ran) == 1
        assert ONE_LINE.fullmatch(said(ran[-1]))


FACTOR = "def factor(slope, shape, weight_std, z_std):\n    {}"
WITHOUT_ROOT = "return shape[0] * weight_std**2 * (slope(z_std * torch.randn(10**5)) ** 2).mean()"


def test_check_speaks_in_one_sentence_and_says_more_when_asked_again(tmp_path):
    imports = "import torch\nfrom tricks.labs.exercises.vanishing_gradients import check"
    cells = [
        imports,
        "check('factor')",
        FACTOR.format(WITHOUT_ROOT),
        "check('factor')",
        "check(factor)",
        "check(factor)",
        FACTOR.format(WITHOUT_ROOT + " ** 0.5").replace("return ", "return (").replace(".mean()", ".mean())"),
        "check(factor)",
        FACTOR.format("return slope @ shape"),
        "check(factor)",
        "check('faktor')",
        "check(3)",
    ]
    notebook, _ = run(cells, tmp_path, stop=False)
    (_, absent, _, first, more, again, _, right, _, raises, unknown, number) = notebook.cells
    assert said(absent) == "◻ factor: there is no `factor` yet: run the cell above first"
    assert said(first).startswith("◻ factor: this is the factor of the *mean square*")
    assert said(first).endswith("(check again for more)")
    assert said(more) != said(first) and "square root" in said(more) and "check again" not in said(more)
    assert said(again) == said(more)
    assert said(right) == "✅ factor: all checks pass (2 points)"
    assert "line 2 raises TypeError" in said(raises)
    for name in lab.LAB.exercises:
        assert name in said(unknown) and name in said(number)


def test_a_second_hint_is_about_the_mistake_of_the_first():
    right = {"sigmoid_left": 0.25**4, "sigmoid_layers": 4, "relu_layers": 14, "sigmoid_gain": 4}
    for name, (_, _, wrong, otherwise) in predictions._PREDICTIONS.items():
        for answer, steps in wrong.items():
            with pytest.raises(Mistake) as caught:
                predictions.check(SimpleNamespace(predictions=right | {name: answer}), None)
            assert caught.value.steps == tuple(f"{name}: {step}" for step in steps)
            assert otherwise not in steps and all(len(step) <= 90 for step in steps)


def test_run_all_stops_though_cells_arrive_late(tmp_path):
    """They come one after the other, to a kernel that has long been ready."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    try:
        client.execute_interactive("import tricks.labs.exercises.vanishing_gradients as lab", timeout=60)
        sent = []
        for source in ("lab.check('factor')", "late = 1", "late = 2"):
            sent.append(client.execute(source))
            time.sleep(0.1)
        replies = {r["parent_header"]["msg_id"]: r for r in (client.get_shell_msg(timeout=60) for _ in sent)}
        assert [replies[i]["content"]["status"] for i in sent] == ["error", "aborted", "aborted"]
        reply = client.execute_interactive("assert 'late' not in globals()", timeout=60)
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("shell, slept", [(None, []), (SimpleNamespace(), []), (SimpleNamespace(kernel=1), [0.5])])
def test_a_check_waits_for_late_cells_in_a_kernel_only(shell, slept, monkeypatch):
    waits = []
    monkeypatch.setattr(lab_kit, "get_ipython", lambda: shell)
    monkeypatch.setattr(lab_kit.time, "sleep", waits.append)
    with pytest.raises(NotDone):
        lab.check("faktor")
    assert waits == slept
