"""What is sent over a live stream: only what differs."""

from dashboard.live.regions import Region, changes, digest, partials


def a_list(**rows: str) -> Region:
    """Return a region with rows."""
    return Region(id="list", html="".join(rows.values()), rows=rows)


def test_a_client_of_unknown_state_gets_everything() -> None:
    """Without knowledge of what was sent before, all regions go out whole."""
    regions = [Region(id="head", html="<p>a</p>"), a_list(x="1", y="2")]

    assert changes(None, regions) == [("head", "<p>a</p>"), ("list", "12")]


def test_a_changed_row_goes_alone() -> None:
    """When the same rows stand in the same order, only the changed one is sent."""
    assert changes([a_list(x="1", y="2")], [a_list(x="1", y="3")]) == [("y", "3")]


def test_a_new_order_sends_the_list() -> None:
    """A row cannot move by itself: the list is sent whole."""
    assert changes([a_list(x="1", y="2")], [a_list(y="2", x="1")]) == [("list", "21")]


def test_nothing_new_sends_nothing() -> None:
    """The same state gives no message."""
    regions = [Region(id="head", html="a"), a_list(x="1")]

    assert changes(regions, regions) == []


def test_the_digest_tells_states_apart() -> None:
    """Text that moves from one region to its neighbour is another state."""
    one = [Region(id="a", html="xy"), Region(id="b", html="z")]
    other = [Region(id="a", html="x"), Region(id="b", html="yz")]

    assert digest(one) != digest(other)
    assert digest(one) == digest(list(one))


def test_partials_name_their_target() -> None:
    """Each element is replaced by id, keeping focus."""
    assert partials([("y", "<tr></tr>")]) == (
        '<hx-partial hx-target="#y" hx-swap="outerMorph"><tr></tr></hx-partial>'
    )
