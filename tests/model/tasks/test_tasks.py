"""What every task keeps to, and that none of them needs torch."""

import subprocess
import sys

import pytest

from model.tasks import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_a_task_knows_its_own_name_and_question(name):
    task = TASKS[name]
    assert task.name == name and task.title and task.question.endswith("?")
    assert len(set(task.labels)) == len(task.labels)


@pytest.mark.parametrize("name", TASKS)
def test_the_written_label_of_a_slot_is_what_the_text_says(name):
    task = TASKS[name]
    for label in task.labels:
        text = task.format(label if task.exclusive else [label])
        assert task.slots(text)[0].written == label


def test_the_questions_are_the_evaluation_s():
    assert TASKS["au"].question == "What AUs are conveyed by this face?"
    assert TASKS["emotion"].question == "What emotions are conveyed by this face?"


def test_tasks_load_no_torch():
    program = (
        "import sys, model.tasks, model.facs; print('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
