"""One asks the model at a time, and nobody waits for ever."""

from threading import Event, Thread

from studio.turns import turn


def test_the_second_waits_for_the_first():
    inside, go, done = Event(), Event(), []

    def first():
        with turn():
            inside.set()
            go.wait(10)
            done.append("first")

    thread = Thread(target=first)
    thread.start()
    inside.wait(10)
    second = Thread(target=lambda: _enter(done))
    second.start()
    go.set()
    for each in (thread, second):
        each.join(10)
    assert done == ["first", "second"]


def _enter(done):
    with turn():
        done.append("second")


def test_whoever_waits_too_long_goes_ahead_and_frees_nobody_elses_turn():
    with turn():
        with turn(patience=0.01):
            pass
        with turn(patience=0.01):
            pass
    with turn(patience=0):
        pass


def test_an_answer_that_is_given_up_frees_its_turn(serving, face_picture):
    from studio.reading import read

    answer = read(serving.predictor, face_picture, 0, False, pace=0)
    next(answer)
    answer.close()
    with turn(patience=0):
        pass
    assert list(read(serving.predictor, face_picture, 0, False))
