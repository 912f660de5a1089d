"""Threads: work on every core, and nothing left running when the reader interrupts."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
import torch
from jupyter_client.manager import start_new_kernel

from tricks.cores import Interrupted, in_threads

ENDLESS = """
    from torch import nn
    from tricks import SGD, digits, fit, seeds

    def network():
        return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    print("training", flush=True)
    fit(network, digits(train=500), SGD(lr=0.1), seeds=seeds(64), epochs=10**6, batch_size=10)
"""


@pytest.fixture(autouse=True)
def heeds_ctrl_c():
    """What a script starts in the background ignores Ctrl-C, and so would all that the tests start from there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_results_come_as_they_end_and_all_of_them():
    assert sorted(in_threads(lambda job, interrupted: job**2, [3, 1, 2])) == [1, 4, 9]


def test_every_thread_works_alone_and_counts_tiny_numbers_as_zero():
    tiny = torch.tensor(1e-40)
    for threads, halved in in_threads(lambda job, interrupted: (torch.get_num_threads(), tiny / 2), [1, 2]):
        assert threads == 1 and halved == 0


def test_an_exception_in_one_job_stops_the_others():
    stopped = []

    def work(job, interrupted):
        if job == 0:
            raise KeyError("the reader's own mistake")
        if not interrupted.wait(30):
            return
        stopped.append(job)
        raise Interrupted

    with pytest.raises(KeyError):
        list(in_threads(work, [0, 1]))
    assert stopped in ([], [1])


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console, this test's as well")
def test_ctrl_c_returns_control_at_once_and_leaves_no_thread_behind():
    left = "print([t.name for t in threading.enumerate() if 'Pool' in t.name], flush=True)"
    attempt = textwrap.indent(textwrap.dedent(ENDLESS), "    ")
    script = f"import threading\ntry:\n{attempt}\nexcept KeyboardInterrupt:\n    {left}"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "training\n"
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    # Far more than it takes: a wrong answer here is one that never comes.
    assert process.communicate(timeout=300)[0] == "[]\n" and process.returncode == 0


def test_interrupting_a_notebook_leaves_a_kernel_that_answers():
    manager, client = start_new_kernel()
    try:
        # Else the kernel throws away, as unwanted after an error, whatever is asked in the same moment.
        client.execute(textwrap.dedent(ENDLESS), stop_on_error=False)
        wait_for(client, "training")
        time.sleep(1)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=300)
        assert reply["content"]["status"] == "error" and reply["content"]["ename"] == "KeyboardInterrupt"
        client.execute("import threading; print([t for t in threading.enumerate() if 'Pool' in t.name])")
        assert wait_for(client, "[") == "[]\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def wait_for(client, beginning: str) -> str:
    """Return the first text printed that begins with something."""
    while True:
        message = client.get_iopub_msg(timeout=300)
        text = message["content"].get("text", "")
        if text.startswith(beginning):
            return text
