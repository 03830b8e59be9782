"""Stand-ins for faces and for weights that cannot be had here: squares of ink, and nets that see them.

The nets are the real ones, in the formats of the libraries that load them: black ink is a large face, grey
ink a small one.
"""

import numpy as np
import torch
from onnx import ModelProto, TensorProto, helper
from PIL import Image
from skimage.measure import label, regionprops

from model.landmarks.base import Face

SQUARE = 16  # px of an ink square, on a grid of as many: one cell of s3fd's conv5_3
LARGE, SMALL = 128, 64  # px of the faces seen in them


def ink_picture(*squares: tuple[int, int, int]) -> Image.Image:
    """White paper of 320x256 px with squares of ink at (left, top), multiples of 16, and of a darkness."""
    paper = np.full((256, 320, 3), 255, dtype=np.uint8)
    for left, top, ink in squares:
        paper[top : top + SQUARE, left : left + SQUARE] = ink
    return Image.fromarray(paper)


class InkDetector:
    """A detector for an expert that has none: a face around each square of ink."""

    def find(self, picture: Image.Image) -> list[Face]:
        grey = np.asarray(picture.convert("L"))
        faces = []
        for ink, factor in ((grey < 64, LARGE / SQUARE), ((grey >= 64) & (grey < 192), SMALL / SQUARE)):
            for blot in regionprops(label(ink)):
                top, left, bottom, right = blot.bbox
                if min(bottom - top, right - left) < 8:  # the grey rim of a black square that was scaled
                    continue
                x, y, half = (left + right) / 2, (top + bottom) / 2, factor * (right - left) / 2
                box = (x - half, y - half, x + half, y + half)
                faces.append(Face(box, 0.75, np.zeros((0, 2), np.float32), np.zeros(0, np.float32)))
        return faces


def ink_s3fd() -> dict[str, torch.Tensor]:
    """s3fd's weights such that grey ink gives a small face and black ink a large one, through the whole net.

    Channel 0 carries grey ink and channel 1 black ink down to the layers with strides 8 and 16, whose boxes
    are widened to twice their prior; the other layers see nothing.
    """
    from face_alignment.detection.sfd.net_s3fd import s3fd

    weights = {name: torch.zeros_like(value) for name, value in s3fd().state_dict().items()}
    for name, weight in weights.items():
        if name.endswith(".weight") and weight.ndim == 4 and "mbox" not in name:
            middle = weight.shape[-1] // 2
            weight[0, 0, middle, middle] = weight[1, 1, middle, middle] = 1
    first, second = weights["conv1_1.weight"], weights["conv1_2.weight"]
    first.zero_()
    first[:2, :, 1, 1] = (
        -1 / 3
    )  # darkness: 255 less the mean of the channels, from which s3fd takes its own mean
    white = 255 - (104 + 117 + 123) / 3
    weights["conv1_1.bias"][:2] = torch.tensor([white - 50, white - 180])
    second[0, 1, 1, 1] = -3  # grey but not black
    for name, channel in (("conv4_3_norm", 0), ("conv5_3_norm", 1)):
        weights[f"{name}.weight"].fill_(1)
        weights[f"{name}_mbox_conf.weight"][1, channel, 1, 1] = 20
        weights[f"{name}_mbox_loc.bias"][2:] = float(np.log(2)) / 0.2
    for name, bias in weights.items():
        if name.endswith("mbox_conf.bias"):
            bias[-1] = -10
    return weights


def onnx_model(nodes, weights, takes, gives) -> ModelProto:
    """A net of these nodes with one input, data, and one output, fc1, of these shapes."""
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, takes)],
        [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, gives)],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
