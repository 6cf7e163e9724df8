"""Points that nothing beats, and what need not be tried."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tilescope.search.front import Front

POINTS = st.lists(st.tuples(*[st.integers(0, 5)] * 3), min_size=1, max_size=30)


def filled(points, top):
    front = Front(top)
    for us, error, moved in points:
        front.add(np.array([float(us)]), np.array([float(error)]), np.array([moved]))
    return front


def beaten(point, points):
    return any(
        all(mine >= other for mine, other in zip(point, rival, strict=True)) and rival != point
        for rival in points
    )


@given(POINTS, st.integers(1, 4), st.lists(st.tuples(*[st.integers(0, 5)] * 3), max_size=20))
def test_needless_is_what_is_beaten_and_slower_than_the_fastest_few(points, top, tried):
    front = filled(points, top)
    fastest = sorted(us for us, _, _ in points)[:top]
    threshold = fastest[-1] if len(fastest) == top else float("inf")
    assert front.threshold_us == threshold
    if not tried:
        return
    us, error, moved = (np.array(column) for column in zip(*tried, strict=True))
    needless = front.needless(us.astype(float), error.astype(float), moved)
    assert needless.tolist() == [point[0] > threshold and beaten(point, points) for point in tried]


@given(POINTS, st.randoms())
def test_the_order_of_arrival_decides_nothing(points, random):
    shuffled = points.copy()
    random.shuffle(shuffled)
    probe = [(us, error, moved) for us in range(6) for error in range(6) for moved in range(6)]
    us, error, moved = (np.array(column) for column in zip(*probe, strict=True))
    answers = [
        filled(order, 2).needless(us.astype(float), error.astype(float), moved).tolist()
        for order in (points, shuffled)
    ]
    assert answers[0] == answers[1]


def test_an_equal_point_stays_beside_the_one_that_was_first():
    front = filled([(3, 1, 10)], top=1)
    equal, worse = np.array([3.0]), np.array([3.1])
    assert not front.needless(equal, np.array([1.0]), np.array([10]))[0]
    assert front.needless(worse, np.array([1.0]), np.array([10]))[0]
