"""All rows, three rows or one row a step: by readings of the table, small batches are down first and then keep shaking.

The slope of a line through the eight points, its intercept held at 2.6, learning rate 0.005. Batch descent makes one
step a reading, stochastic descent eight; but a single row does not know the whole table, so its steps never rest.
"""

from steepest import Method, Problem, Trajectory, descend, epochs, make_rows, record, until
from steepest.plots import ComparisonDisplay

X = [[1.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [10.0]]
Y = [4.0, 3.0, 7.0, 7.0, 8.0, 10.0, 8.0, 11.0]
SIZES = {"all 8 rows (batch)": None, "3 rows (mini-batch)": 3, "1 row (stochastic)": 1}


def descent(batch_size: int | None) -> Trajectory:
    method = Method("plain", learning_rate=0.005, batch_size=batch_size)
    states = descend(Problem(fixed=("intercept",)), method, make_rows(X, Y), start=[0.0, 2.6], seed=1)
    return record(until(states, epochs(25)))


def picture() -> ComparisonDisplay:
    runs = {label: descent(size) for label, size in SIZES.items()}
    return ComparisonDisplay.from_trajectories(runs, by="epoch", least=0.6314666666666667, excess=True)


if __name__ == "__main__":
    picture().save("batch_sizes.svg", force=True)
