"""Labs: every check against its bank of answers, and what a student sees."""

import re

import nbformat
import pytest
from labs.bank import LABS, Solutions, hint
from labs.mutants import mutants
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from labs import vanishing_gradients
from tricks.labs.exercises import vanishing_gradients as lab

BANKS = [(lab.LAB, vanishing_gradients)]
CASES = [
    pytest.param(the_lab.exercises[name], answers, Solutions(bank.NAME), id=name)
    for the_lab, bank in BANKS
    for name, answers in bank.BANK.items()
]


def seeds_of(answers):
    return range(5) if answers.formula else range(1)


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
    """The cell's only line."""
    (output,) = cell.outputs
    lines = output.traceback if output.output_type == "error" else [output.text.rstrip("\n")]
    assert len(lines) == 1 and "\n" not in lines[0]
    return lines[0]


def test_an_untouched_lab_stops_at_its_first_check_with_one_line(tmp_path):
    for path in sorted(LABS.glob("*.ipynb")):
        notebook, error = execute(nbformat.read(path, as_version=4), tmp_path, stop=True)
        assert error is not None and error.ename == "NotDone"
        ran = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count]
        assert "check" in ran[-1].metadata.tags
        assert sum("check" in cell.metadata.get("tags", []) for cell in ran) == 1
        assert ONE_LINE.fullmatch(said(ran[-1]))


FACTOR = "def factor(slope, shape, weight_std, z_std):\n    {}"
WITHOUT_ROOT = "return shape[0] * weight_std**2 * (slope(z_std * torch.randn(10**5)) ** 2).mean()"


def test_check_speaks_in_one_line_and_says_more_when_asked_again(tmp_path):
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
