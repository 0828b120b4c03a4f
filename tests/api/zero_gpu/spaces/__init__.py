"""A stand-in for ZeroGPU's package, which does what the real one (0.51) does to a Space.

It refuses to start a Space without a marked function, has PyTorch claim a GPU outside of marked
functions, and runs these in a forked process, with pickled arguments and results. Each run is a
line in the log. When the file that ZERO_GPU_USED_UP names exists, the quota is used up.
"""

import functools
import inspect
import multiprocessing
import os
import sys
from pathlib import Path

import gradio
import torch

gradio.Blocks  # noqa: B018 - as the real one: Gradio must be imported whole

MARKED = []
really_available, launch = torch.cuda.is_available, gradio.Blocks.launch
torch.cuda.is_available = lambda: True


def checked_launch(*args, **kwargs):
    """Refuse a Space without a marked function."""
    if not MARKED:
        sys.exit("No @spaces.GPU function detected during startup")
    gradio.Blocks.launch = launch
    return launch(*args, **kwargs)


gradio.Blocks.launch = checked_launch


def gradio_auto_wrap(task):
    """Gradio calls this for every event."""
    return task


def GPU(task=None, *, duration=60):
    """Mark a function or a generator function."""
    if task is None:
        return functools.partial(GPU, duration=duration)
    MARKED.append(task)

    @functools.wraps(task)
    def steps(*args, **kwargs):
        check_quota(duration)
        yield from in_a_fork(task, args, kwargs)

    @functools.wraps(task)
    def call(*args, **kwargs):
        check_quota(duration)
        return next(in_a_fork(task, args, kwargs))

    return steps if inspect.isgeneratorfunction(task) else call


def check_quota(duration):
    """As the real one refuses."""
    if Path(os.environ["ZERO_GPU_USED_UP"]).exists():
        message = f"You have exceeded your free ZeroGPU quota ({duration}s requested vs. 0s left)."
        raise gradio.Error(message, print_exception=False)


def in_a_fork(task, args, kwargs):
    """What a task gives in a forked process."""
    context = multiprocessing.get_context("fork")
    asked, replies = context.SimpleQueue(), context.SimpleQueue()
    process = context.Process(target=work, args=(task, asked, replies), daemon=True)
    process.start()
    try:
        asked.put((args, kwargs))
        while True:
            kind, value = replies.get()
            if kind == "error":
                raise gradio.Error(value, print_exception=False)
            if kind == "end":
                return
            yield value
    finally:
        process.terminate()


def work(task, asked, replies):
    """Within the forked process."""
    torch.cuda.is_available = really_available
    print(f"zero gpu: {task.__name__} in a process of its own", flush=True)
    args, kwargs = asked.get()
    try:
        result = task(*args, **kwargs)
        for value in result if inspect.isgenerator(result) else [result]:
            replies.put(("value", value))
    except Exception as error:
        replies.put(("error", type(error).__name__))
    replies.put(("end", None))
