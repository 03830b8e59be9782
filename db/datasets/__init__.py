"""The field's data sets, each read from the folder as its owners publish it."""

from db.datasets.affectnet import AffectNet
from db.datasets.affectnet_folder import AffectNetFolder
from db.datasets.base import Dataset
from db.datasets.bp4d import Bp4d
from db.datasets.disfa import Disfa
from db.datasets.emotionet import EmotioNet
from db.datasets.faba_instruct import FabaInstruct
from db.datasets.gft import Gft
from db.datasets.raf_db import RafDb

DATASETS: dict[str, Dataset] = {
    "faba-instruct": FabaInstruct(),
    "raf-db": RafDb(),
    "bp4d": Bp4d(),
    "disfa": Disfa(),
    "gft": Gft(),
    "emotionet": EmotioNet(),
    "affectnet": AffectNet(),
    "affectnet-folder": AffectNetFolder(),
}
