"""Where each action unit shows on a face: landmarks in, polygons out. Arrays and geometry only.

Points are (N, 2) px, x to the right, y down, in the 68-point iBUG layout or the 106-point layout of
InsightFace's `2d106det`. Distances below are in eye spans (the distance between the two eye centres),
along the face's own axes, so that a tilted face gets tilted regions. A region says where to look; it is
no measurement of muscles or of skin.

Does not cover colours, strokes or text (`studio.stage` draws), nor faces in profile.
"""

import numpy as np

INSIGHTFACE_TO_IBUG = np.array(
    [
        1,
        10,
        12,
        14,
        16,
        3,
        5,
        7,
        0,
        23,
        21,
        19,
        32,
        30,
        28,
        26,
        17,
    ]  # jaw, from the picture's left to its right
    + [43, 48, 49, 51, 50, 102, 103, 104, 105, 101]  # brows
    + [72, 73, 74, 86, 78, 79, 80, 85, 84]  # nose
    + [35, 41, 42, 39, 37, 36, 89, 95, 96, 93, 91, 90]  # eyes
    + [
        52,
        64,
        63,
        71,
        67,
        68,
        61,
        58,
        59,
        53,
        56,
        55,
        65,
        66,
        62,
        70,
        69,
        57,
        60,
        54,
    ]  # outer lips, inner lips
)
"""Which of the 106 points stands nearest to each of the 68."""

MIRROR = np.array(
    [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)]
    + [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    + [*range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65]
)
"""The point on the other side of the face for each of the 68."""

Polygon = np.ndarray
"""(M, 2) float64 px, M >= 3, closed implicitly."""


def au_regions(points: np.ndarray) -> dict[str, list[Polygon]]:
    """The polygons of all 20 FABA action units, {"AU12": [left, right], ...}, in the pixels of the
    points.

    An empty dictionary for any layout but 68 or 106 points: nothing can be said about where its points
    stand.
    """
    points = np.asarray(points, dtype=np.float64)
    if len(points) == len(INSIGHTFACE_TO_IBUG) + 38:
        points = points[INSIGHTFACE_TO_IBUG]
    if len(points) != len(INSIGHTFACE_TO_IBUG):
        return {}
    frame = _Frame(points)
    left, right = _Side(frame, points, +1), _Side(frame, points[MIRROR], -1)
    regions = {name: [side.region(name) for side in (left, right)] for name in _PAIRED}
    regions |= {name: [polygon] for name, polygon in _middle(frame, points).items()}
    return dict(sorted(regions.items(), key=lambda item: int(item[0][2:])))


def area(polygon: Polygon) -> float:
    """The area of a simple polygon in square px."""
    x, y = np.asarray(polygon, dtype=np.float64).T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


class _Frame:
    """The face's own axes: `across` runs from eye to eye, `down` towards the chin; `span` is the eye span
    in px.
    """

    def __init__(self, points: np.ndarray):
        eyes = points[42:48].mean(0) - points[36:42].mean(0)
        self.span = max(
            float(np.hypot(*eyes)), 1e-6
        )  # all points in one place: tiny regions, not a division by zero
        self.across = eyes / self.span
        self.down = np.array([-self.across[1], self.across[0]])

    def move(self, points: np.ndarray, x: float, y: float) -> np.ndarray:
        return points + self.span * (x * self.across + y * self.down)

    def band(self, points: np.ndarray, up: float, down: float) -> Polygon:
        """A strip along a line of points."""
        return np.concatenate([self.move(points, 0, -up), self.move(points[::-1], 0, down)])

    def grow(self, points: np.ndarray, by: float) -> Polygon:
        """A polygon with every corner pushed away from its middle."""
        away = points - points.mean(0)
        length = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-6)[:, None]
        return points + away / length * self.span * by

    def oval(self, centre: np.ndarray, across: float, down: float) -> Polygon:
        turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)[:, None]
        return centre + self.span * (np.cos(turn) * across * self.across + np.sin(turn) * down * self.down)


class _Side:
    """One half of the face: points as if it were the picture's left half, `out` = +1 there and -1 on the
    right.
    """

    def __init__(self, frame: _Frame, points: np.ndarray, out: int):
        self.frame, self.points, self.out = frame, points, out

    def region(self, name: str) -> Polygon:
        return _PAIRED[name](self)

    def at(self, index: int, outwards: float = 0.0, down: float = 0.0) -> np.ndarray:
        return self.frame.move(self.points[index], -self.out * outwards, down)

    def cheek(self) -> Polygon:
        low = self.frame.move((self.points[36] + self.points[48]) / 2, -self.out * 0.16, 0.02)
        lid = [self.at(36, 0.2, -0.02), self.at(41, 0.05, 0.13), self.at(40, 0, 0.13), self.at(39, 0, 0.22)]
        return np.array([*lid, self.at(31, 0.14, -0.12), self.at(31, 0.22, 0.02), low])

    def stretched_corner(self) -> Polygon:
        return np.array(
            [
                self.at(49),
                self.at(48, 0.24, -0.1),
                self.at(48, 0.28, 0.02),
                self.at(48, 0.24, 0.14),
                self.at(59),
            ]
        )


_PAIRED = {
    "AU1": lambda side: side.frame.band(side.points[[19, 20, 21]], 0.2, 0.05),
    "AU2": lambda side: side.frame.band(side.points[[17, 18, 19]], 0.2, 0.05),
    "AU5": lambda side: side.frame.band(side.points[[36, 37, 38, 39]], 0.14, 0.02),
    "AU6": _Side.cheek,
    "AU7": lambda side: side.frame.grow(side.points[36:42], 0.09),
    "AU12": lambda side: side.frame.oval(side.at(48, 0.01, -0.01), 0.17, 0.15),
    "AU14": lambda side: side.frame.oval(side.at(48, 0.12), 0.1, 0.17),
    "AU15": lambda side: side.frame.oval(side.at(48, 0.03, 0.12), 0.13, 0.18),
    "AU20": _Side.stretched_corner,
    "AU43": lambda side: side.frame.grow(side.points[36:42], 0.05),
}
"""The action units that show on both halves."""


def _middle(frame: _Frame, points: np.ndarray) -> dict[str, Polygon]:
    """The action units that show across the middle."""
    lips, jaw = points[48:60], points[5:12]
    brows = frame.move(points[19:25], 0, -0.08)
    root = [frame.move(points[24], 0, 0.1), frame.move(points[27], 0.13, 0), frame.move(points[27], -0.13, 0)]
    wings = [frame.move(points[35], 0.12, 0.02), points[33], frame.move(points[31], -0.12, 0.02)]
    nose = [frame.move(points[27], -0.1, -0.08), frame.move(points[27], 0.1, -0.08), *wings]
    lip_hem = frame.move(points[[55, 56, 57, 58, 59]], 0, 0.13)
    below = frame.move(points[[31, 33, 35]], 0, 0.05)
    chin = points[57] * 0.45 + points[8] * 0.55
    depth = 0.36 * abs(float((points[8] - points[57]) @ frame.down)) / frame.span
    return {
        "AU4": np.concatenate([brows, root, [frame.move(points[19], 0, 0.1)]]),
        "AU9": np.array(nose),
        "AU10": np.concatenate([below, points[[53, 63, 62, 61, 49]]]),
        "AU16": np.concatenate([points[[59, 67, 66, 65, 55]], lip_hem]),
        "AU17": frame.oval(chin, 0.36, max(depth, 0.06)),
        "AU23": frame.grow(lips, 0.03),
        "AU24": frame.grow(lips, 0.03),
        "AU25": lips,
        "AU26": np.concatenate([jaw, points[[54, 55, 56, 57, 58, 59, 48]]]),
        "AU27": np.concatenate([jaw, points[[54, 53, 52, 51, 50, 49, 48]]]),
    }
