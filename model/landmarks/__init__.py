"""The landmark experts by name. An adapter stores the name of the one that it was trained with.

Each is imported when it is first asked for, so that one missing library takes down one expert, not all.
"""

from importlib import import_module

from model.errors import LandmarkExpertError
from model.landmarks.base import Face, LandmarkExpert

__all__ = ["EXPERTS", "Face", "LandmarkExpert", "expert_class", "get_expert"]

EXPERTS = {
    "mini": "model.landmarks.mini:MiniExpert",
    "face_alignment": "model.landmarks.face_alignment:FaceAlignmentExpert",
    "insightface_106": "model.landmarks.insightface_106:InsightFace106Expert",
}


def expert_class(name: str) -> type[LandmarkExpert]:
    """The class of an expert, for its `width` and `notice`; loads no weights. Raises LandmarkExpertError."""
    if name not in EXPERTS:
        raise LandmarkExpertError(
            f"There is no landmark expert named {name!r}. There are: {', '.join(EXPERTS)}."
        )
    module, attribute = EXPERTS[name].split(":")
    return getattr(import_module(module), attribute)


def get_expert(name: str, **options) -> LandmarkExpert:
    """A ready landmark expert, with the options that its constructor names. Raises LandmarkExpertError."""
    return expert_class(name)(**options)
