"""Where PyTorch does heavy work: on a GPU where there is one, chosen in this one place."""

import multiprocessing

CPU, GPU = "cpu", "cuda"


def best_device() -> str:
    """The device for heavy work in this process, as PyTorch names it.

    On ZeroGPU this is true only within a marked function: PyTorch is made to claim a GPU outside.
    There the function runs in a forked process, which has none of its parent's threads: OpenMP
    would wait for them for good, so it gets one thread.
    """
    import torch

    if multiprocessing.parent_process() is not None:
        torch.set_num_threads(1)
    return GPU if torch.cuda.is_available() else CPU
