"""The Space that people usually write for this: gr.Interface, PyTorch eager, pytorch-grad-cam.

It answers with the same weights as ours: `python naive_space.py CHECKPOINT_FOLDER`. One slice at a
time, as in Gradio's queue, because pytorch-grad-cam's hooks fail when two threads use one network;
a lock does that at less cost than the queue.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import gradio as gr
import numpy as np
import timm
import torch
from PIL import Image
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import show_cam_on_image
from torchvision import transforms

folder = Path(sys.argv[1])
config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
labels, size = config["label_names"], config["pretrained_cfg"]["input_size"][-1]
model = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
one_at_a_time = threading.Lock()
resize = transforms.Resize((size, size))
to_tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.5] * 3)])


def predict(image: Image.Image) -> tuple[dict[str, float], np.ndarray]:
    """Probabilities by class, and the picture with the heatmap over it; the network runs once."""
    small = resize(image.convert("RGB"))
    with one_at_a_time, GradCAM(model=model, target_layers=[model.bn2]) as cam:
        heat = cam(input_tensor=to_tensor(small).unsqueeze(0), targets=None)[0]  # the likeliest
        probabilities = torch.softmax(cam.outputs.detach(), dim=1)[0]
    overlay = show_cam_on_image(np.asarray(small, np.float32) / 255, heat, use_rgb=True)
    return dict(zip(labels, probabilities.tolist(), strict=True)), overlay


gr.Interface(predict, gr.Image(type="pil"), [gr.Label(), gr.Image()], api_name="predict").launch()
