"""Small folders in the layouts in which data sets are published, with pictures of a few pixels."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

AU_TEXT = (
    "Here are the AUs that appear to be in play:\n\n1. AU4 - Brow Lowerer: The eyebrows are drawn together.\n"
    "2. AU17 - Chin Raiser: The chin is pushed upward.\n\nPlease note that this can be subjective."
)
EMOTION_TEXT = "The person shows a gentle smile; the cheeks are raised, which suggests happiness."


def picture(number: int, kind: str = "PNG") -> bytes:
    """A picture that no other number below 65,536 gives: its bits as black and white blocks."""
    out = BytesIO()
    bits = np.array([number >> bit & 1 for bit in range(16)], np.uint8).reshape(4, 4) * 255
    Image.fromarray(bits.repeat(8, 0).repeat(8, 1)).save(out, kind)
    return out.getvalue()


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def faba_entry(number: int, task: str, part: str = "train", **more) -> dict:
    """An entry as the authors' README shows them, or as their evaluation reads them."""
    name = f"AffectNet/AffectNet_v2/{number}/{number:05d}"
    entry = {"source": "AffectNet", "image": f"FABAInstruct/{part}/images/{name}.jpg", "id": name}
    text = AU_TEXT if task == "au" else EMOTION_TEXT
    if part == "train":
        question = "What is the emotion of this face?\n<image>"
        turns = [{"from": "human", "value": question}, {"from": "gpt", "value": f"{text} No. {number}"}]
        entry["conversations"] = turns
    else:
        label = "4, 17" if task == "au" else ("Happiness", 0, "0")[number % 3]
        entry |= {"label": label, "gpt4": f"{text} No. {number}"}
    return {**entry, "landmark": f"FABAInstruct/{part}/landmarks/{name}.npy", **more}


def faba(folder: Path, train: int = 3, test: int = 2, **style) -> Path:
    """FABA-Instruct: both tasks of both splits, about the same faces. Returns the folder it is in."""
    for part, numbers in (("train", range(train)), ("eval", range(1000, 1000 + test))):
        for number in numbers:
            name = f"FABAInstruct/{part}/%s/AffectNet/AffectNet_v2/{number}/{number:05d}"
            put(folder / f"{name % 'images'}.jpg", picture(number, "JPEG"))
            put(folder / f"{name % 'landmarks'}.npy", b"npy")
        for task in ("emotion", "au"):
            write_faba(folder, part, task, [faba_entry(n, task, part) for n in numbers], **style)
    return folder


def write_faba(folder: Path, part: str, task: str, entries: list, end: str = "", **style) -> Path:
    text = json.dumps(entries, **style) + end
    return put(folder / "FABAInstruct" / part / f"{part}_{task}_anno.json", text)


def faba_file(folder: Path, part: str = "train", task: str = "emotion") -> Path:
    return folder / "FABAInstruct" / part / f"{part}_{task}_anno.json"


def raf_db(folder: Path) -> Path:
    """RAF-DB: seven training faces, one of each emotion in its order, and two to test on."""
    names = [f"train_{number:05d}" for number in range(1, 8)] + ["test_0001", "test_0002"]
    labels = [1, 2, 3, 4, 5, 6, 7, 4, 7]
    for number, name in enumerate(names):
        put(folder / f"basic/Image/aligned/{name}_aligned.jpg", picture(number, "JPEG"))
    lines = "".join(f"{name}.jpg {label}\n" for name, label in zip(names, labels, strict=True))
    put(folder / "basic/EmoLabel/list_patition_label.txt", lines)
    return folder


BP4D_HEADER = ",".join(str(column) for column in range(100))


def bp4d_row(frame: int, **values: int) -> str:
    cells = ["0"] * 100
    cells[0] = str(frame)
    for name, value in values.items():
        cells[int(name.removeprefix("AU"))] = str(value)
    return ",".join(cells)


def bp4d(folder: Path, subjects: tuple[str, ...] = ("F001", "M011", "F007"), frames: int = 2) -> Path:
    """BP4D: one video a subject, its frames numbered from 2440; AU12 is in all, AU1 is not coded."""
    for at, subject in enumerate(subjects):
        rows = [bp4d_row(2440 + n, AU12=1, AU1=9) for n in range(frames)]
        put(folder / f"AUCoding/AU_OCC/{subject}_T1.csv", "\n".join([BP4D_HEADER, *rows]) + "\n")
        for n in range(frames):
            put(folder / f"2D+3D/{subject}/T1/{2440 + n}.jpg", picture(at * 100 + n, "JPEG"))
    return folder


DISFA_AUS = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)


def disfa(folder: Path, subjects: tuple[str, ...] = ("SN002", "SN013", "SN003"), first: int = 1) -> Path:
    """DISFA: three frames a subject; AU12 is at intensity 1, 2 and 5 in them, the others at 0."""
    for at, subject in enumerate(subjects):
        for number in DISFA_AUS:
            values = (1, 2, 5) if number == 12 else (0, 0, 0)
            lines = "".join(f"{frame},{value}\n" for frame, value in enumerate(values, 1))
            put(folder / f"ActionUnit_Labels/{subject}/{subject}_au{number}.txt", lines)
        for n in range(3):
            put(folder / f"frames/{subject}/{first + n}.png", picture(at * 10 + n))
    return folder


def gft(folder: Path, groups: int = 5) -> Path:
    """GFT: two people of each group, two frames each; AU12 in the second, AU10 not coded."""
    for group in range(1, groups + 1):
        for at, letter in enumerate("AB"):
            subject = f"{group:03d}{letter}"
            put(folder / f"AU_Occurrence/{subject}.csv", "Frame,AU6,AU10,AU12\n1,0,-1,0\n2,1,9,1\n")
            for frame in (1, 2):
                put(folder / f"frames/{subject}/{frame}.png", picture(group * 10 + at * 4 + frame))
    return folder


EMOTIONET_AUS = (1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26, 43, 10)


def emotionet_row(number: int, value: str = "0") -> str:
    url = f"'http://cbcsl.ece.ohio-state.edu/emotionet/N_{number:010d}_00001.jpg'"
    return ",".join([url, "'http://somewhere.org/a.jpg'", *(value for _ in EMOTIONET_AUS)])


def emotionet(folder: Path) -> Path:
    """EmotioNet: three faces, of which one shows everything, one nothing, one is not coded."""
    header = ",".join(["URL", "orig_url", *(f"'AU {number}'" for number in EMOTIONET_AUS)])
    rows = [emotionet_row(1, "1"), emotionet_row(2, "0"), emotionet_row(3, "999")]
    put(folder / "emotionet_facs_24600.csv", "\n".join([header, *rows]) + "\n")
    for number in (1, 2, 3):
        put(folder / f"img/N_{number:010d}_00001.jpg", picture(number, "JPEG"))
    return folder


AFFECTNET_HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
)


def affectnet_row(name: str, expression: object) -> str:
    return f"{name},134,134,899,899,181.64;530.91;188.32,{expression},0.78,-0.12"


def affectnet(folder: Path) -> Path:
    """AffectNet's tables: a training face of each of the eleven codes, two to validate, without a header."""
    rows = [affectnet_row(f"{n}/t{n}.jpg", n) for n in range(11)]
    lists = folder / "Manually_Annotated_file_lists"
    put(lists / "training.csv", "\n".join([AFFECTNET_HEADER, *rows]) + "\n")
    put(lists / "validation.csv", "\n".join(affectnet_row(f"9/v{n}.jpg", n) for n in (0, 6)) + "\n")
    names = [f"{n}/t{n}.jpg" for n in range(7)] + ["9/v0.jpg", "9/v6.jpg"]
    for number, name in enumerate(names):
        put(folder / "Manually_Annotated_Images" / name, picture(number, "JPEG"))
    return folder


def affectnet_folder(folder: Path) -> Path:
    """AffectNet's cropped faces: codes as text and as a number, one of them contempt."""
    for part, codes in (("train_set", ("0", "1", "7")), ("val_set", (6,))):
        for number, code in enumerate(codes):
            put(folder / part / f"images/{number}.jpg", picture(number + len(part), "JPEG"))
            place = folder / part / "annotations"
            place.mkdir(parents=True, exist_ok=True)
            np.save(place / f"{number}_exp.npy", np.array(code))
            np.save(place / f"{number}_val.npy", np.array("0.5"))
    return folder


TREES = {
    "faba-instruct": faba,
    "raf-db": raf_db,
    "bp4d": bp4d,
    "disfa": disfa,
    "gft": gft,
    "emotionet": emotionet,
    "affectnet": affectnet,
    "affectnet-folder": affectnet_folder,
}
