"""The three small nets of the mini landmark expert: where a face is, roughly where its points are, and
exactly.

All take float pictures (batch, channels, height, width) with values 0..1 and give pixel positions in the
coordinates of their input, (0, 0) being the upper left corner of the upper left pixel. The weights are
trained by `model.mini.pretrain_landmarks`; training keeps batch norm apart, `fused` folds it into the
convolutions for shipping.

Does not cover reading pictures, the pyramid, or going from one net to the next: see `model.landmarks.mini`.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

POINTS = 68
DETECTOR_STRIDE = 8
DETECTOR_SIDE = 32.0  # px: the face side that the detector's sizes are relative to
COARSE_SIZE = 64  # px: side of the coarse net's input
FINE_SIZE = 128  # px: side of the fine net's input


class ConvUnit(nn.Module):
    """Convolution, batch norm, ReLU; after `fused` the norm is part of the convolution."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        stride: int = 1,
        dilation: int = 1,
        relu: bool = True,
    ):
        super().__init__()
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride, padding=dilation * (kernel // 2), dilation=dilation, bias=False
        )
        self.norm = nn.BatchNorm2d(outputs)
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return F.relu(x, inplace=True) if self.relu else x

    def fuse(self) -> None:
        self.conv = fuse_conv_bn_eval(self.conv.eval(), self.norm.eval())
        self.norm = nn.Identity()


class Residual(nn.Module):
    """Two convolutions around which the input is added."""

    def __init__(self, width: int, dilation: int = 1):
        super().__init__()
        self.first = ConvUnit(width, width, dilation=dilation)
        self.second = ConvUnit(width, width, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class Detector(nn.Module):
    """One level of an image pyramid -> for every 8th pixel, is a face of about 20 to 56 px centred here, and
    its box.

    Grey input (batch, 1, height, width), sides divisible by 8. `forward` gives logits (batch, h, w) and boxes
    (batch, h, w, 4), left, top, right, bottom in px of that level.
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            ConvUnit(1, 16, stride=2), ConvUnit(16, 32, stride=2), ConvUnit(32, 64, stride=2)
        )
        self.body = nn.Sequential(Residual(64), Residual(64, dilation=2), Residual(64, dilation=2))
        self.head = nn.Conv2d(64, 5, 1)

    def forward(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        out = self.head(self.body(self.stem((grey - 0.5) * 4))).float()
        height, width = out.shape[-2:]
        x = (torch.arange(width, device=out.device) + 0.5) * DETECTOR_STRIDE
        y = (torch.arange(height, device=out.device) + 0.5) * DETECTOR_STRIDE
        centre_x = x[None, None, :] + out[:, 1] * DETECTOR_SIDE
        centre_y = y[None, :, None] + out[:, 2] * DETECTOR_SIDE
        half_width, half_height = (out[:, i].clamp(-3, 3).exp() * (DETECTOR_SIDE / 2) for i in (3, 4))
        edges = (centre_x - half_width, centre_y - half_height, centre_x + half_width, centre_y + half_height)
        return out[:, 0], torch.stack(edges, dim=-1)


class PointNet(nn.Module):
    """A square picture of one face -> 68 points and a logit that says whether it is a face at all.

    An encoder halves the picture to 1/16, a decoder brings it back to 1/4, where each point has a map; its
    position is the mean of the map's softmax, which resolves small fractions of a cell. `forward` gives
    points (batch, 68, 2) in px of the input, face logits (batch,), and the maps' logits (batch, 68, size/4,
    size/4).
    """

    def __init__(self, size: int, widths: tuple[int, int, int, int], depths: tuple[int, int, int]):
        super().__init__()
        self.size = size
        stem, high, middle, low = widths
        self.stem = nn.Sequential(ConvUnit(3, stem, stride=2), ConvUnit(stem, high, stride=2))
        self.high = nn.Sequential(*(Residual(high) for _ in range(depths[0])))
        self.middle = nn.Sequential(
            ConvUnit(high, middle, stride=2), *(Residual(middle) for _ in range(depths[1]))
        )
        self.low = nn.Sequential(ConvUnit(middle, low, stride=2), *(Residual(low) for _ in range(depths[2])))
        self.from_low = ConvUnit(low, middle, kernel=1, relu=False)
        self.from_middle = ConvUnit(middle, high, kernel=1, relu=False)
        self.out = nn.Sequential(ConvUnit(high, high), nn.Conv2d(high, POINTS, 1))
        self.face = nn.Linear(low, 1)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        high = self.high(self.stem((picture - 0.5) * 4))
        middle = self.middle(high)
        low = self.low(middle)
        logit = self.face(low.float().mean(dim=(2, 3))).squeeze(1).float()
        middle = F.relu(middle + F.interpolate(self.from_low(low), size=middle.shape[-2:], mode="bilinear"))
        high = F.relu(high + F.interpolate(self.from_middle(middle), size=high.shape[-2:], mode="bilinear"))
        maps = self.out(high).float()
        return soft_argmax(maps) * (self.size / maps.shape[-1]), logit, maps


def soft_argmax(maps: Tensor) -> Tensor:
    """(batch, points, height, width) logits -> (batch, points, 2): the softmax's mean (x, y), in cells."""
    batch, points, height, width = maps.shape
    weights = maps.flatten(2).softmax(dim=-1).view(batch, points, height, width)
    x = weights.sum(dim=2) @ (torch.arange(width, device=maps.device, dtype=maps.dtype) + 0.5)
    y = weights.sum(dim=3) @ (torch.arange(height, device=maps.device, dtype=maps.dtype) + 0.5)
    return torch.stack((x, y), dim=-1)


class MiniNets(nn.Module):
    """All three nets under one roof, with the mean and deviation of the vectors, as one weights file holds
    them."""

    def __init__(self):
        super().__init__()
        self.detector = Detector()
        self.coarse = PointNet(COARSE_SIZE, widths=(16, 32, 64, 96), depths=(1, 1, 1))
        self.fine = PointNet(FINE_SIZE, widths=(24, 48, 80, 112), depths=(1, 2, 1))
        self.register_buffer("vector_mean", torch.zeros(2 * POINTS))
        self.register_buffer("vector_std", torch.ones(2 * POINTS))


def fused(nets: MiniNets) -> MiniNets:
    """A copy whose batch norms are folded into the convolutions: the form that is shipped and run."""
    nets = copy.deepcopy(nets).eval()
    for unit in nets.modules():
        if isinstance(unit, ConvUnit):
            unit.fuse()
    return nets
