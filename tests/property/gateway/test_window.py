"""Whatever is lost on the way all arrives, live records first; the server holds few islands."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.window import LIVE_RECORDS, LONGEST_RESEND_S, MOST_ON_THE_WAY, Plan, Sent, Window
from storage.journal.coverage import Coverage

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MOST_STEPS = 4_000


class Line:
    """A lane, a line that may lose envelopes, and a server that keeps what arrives."""

    def __init__(self, *, backlog: int) -> None:
        """Begin with a backlog and a new connection."""
        self.window = Window()
        self.last_seq = backlog
        self.arrived = Coverage()
        self.now_s = 0.0
        self.most_islands = 0
        self._unanswered: list[int] = []

    def send(self, *, is_lost: bool) -> Plan | None:
        """Send one envelope; the server's receipt waits to be heard."""
        self.now_s += 0.1
        if self.window.is_overdue(self.now_s):
            self.window.missed()
        plan = self.window.next(self.last_seq)
        if plan is None:
            return None
        end = min(plan.after + plan.most, plan.until)
        sent = Sent(end_seq=end, last_seq=self.last_seq, as_of=NINE, sent_s=self.now_s)
        self.window.took(sent, is_live=plan.is_live)
        if plan.is_live:
            self.window.delivered(sent)
        if not is_lost:
            self.arrived = self.arrived.add(plan.after + 1, end)
            self._unanswered.append(self.arrived.contiguous)
            self.most_islands = max(self.most_islands, len(self.arrived.islands))
        return plan

    def hear(self) -> None:
        """Hear the newest receipt."""
        if self._unanswered:
            self.window.answered(self._unanswered[-1], now_s=self.now_s)
            self._unanswered.clear()

    def reconnect(self) -> None:
        """Lose the connection and what was to be heard on it; come back."""
        self._unanswered.clear()
        self.window.reconnected(self.window._receipted, last_seq=self.last_seq)

    def finish(self) -> None:
        """Go on without faults until all is there and receipted."""
        for _ in range(MOST_STEPS):
            if self.window._receipted == self.last_seq:
                return
            if self.send(is_lost=False) is None and not self._unanswered:
                self.now_s += LONGEST_RESEND_S
            self.hear()
        raise AssertionError(f"{self.arrived} of {self.last_seq}")


steps = st.lists(
    st.sampled_from(["live", "send", "send", "send", "lose", "hear", "hear", "reconnect", "wait"]),
    max_size=80,
)


@given(st.integers(0, 2_000), steps)
def test_everything_arrives(backlog: int, story: list[str]) -> None:
    """Lost envelopes, lost receipts and new connections in any order cost time only."""
    line = Line(backlog=backlog)
    for step in story:
        _play(line, step)
    line.finish()

    assert line.arrived == Coverage(line.last_seq)


@given(st.integers(100, 2_000), steps)
def test_without_losses_there_is_one_island(backlog: int, story: list[str]) -> None:
    """Live records are sent without a hole among themselves, over new connections too."""
    line = Line(backlog=backlog)
    for step in story:
        _play(line, "send" if step in ("lose", "wait") else step)
    line.finish()

    assert line.most_islands <= 1


@given(st.integers(100, 5_000), st.lists(st.integers(0, 3), min_size=5, max_size=60))
def test_live_record_is_never_behind_two_envelopes(backlog: int, arrivals: list[int]) -> None:
    """A record that is made while a backlog drains goes out with one of the next two envelopes."""
    line = Line(backlog=backlog)
    line.send(is_lost=False)
    line.hear()
    for count in arrivals:
        line.last_seq += count
        made = line.last_seq
        for _ in range(2):
            line.send(is_lost=False)
            line.hear()
        assert line.arrived.covers(made, made) or count == 0


@given(steps)
def test_window_bounds_what_is_on_its_way(story: list[str]) -> None:
    """However quick the line, the backlog on its way is bounded, and a live envelope is small."""
    line = Line(backlog=5_000)
    for step in story:
        _play(line, step)
        plan = line.window.next(line.last_seq)
        if plan is not None and plan.is_live:
            assert plan.most <= LIVE_RECORDS
        if line.window._backlog_end is not None:
            assert line.window.sent - line.window._receipted <= MOST_ON_THE_WAY


def _play(line: Line, step: str) -> None:
    match step:
        case "live":
            line.last_seq += 1
        case "send":
            line.send(is_lost=False)
        case "lose":
            line.send(is_lost=True)
        case "hear":
            line.hear()
        case "reconnect":
            line.reconnect()
        case _:
            line.now_s += 20.0
