"""Arrays of a checkpoint, from safetensors files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from shared.errors import CheckpointError


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file, by name.

    Raises:
        CheckpointError: the file is missing or is not a whole safetensors file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(
            f"{path.name} cannot be used: {error}. Get the checkpoint again."
        ) from error
