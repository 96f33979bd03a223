"""The page that tells the result of the last campaign, and what it does not prove."""

from pathlib import Path

from tests.faults.campaign.result import Result

_FIGURES = {
    "lost": "acknowledged or receipted, and not there afterwards",
    "missing": "produced, and nowhere: not stored, in no outbox",
    "duplicated": "there twice, or one number for two contents",
    "unexpected": "there, but never produced; or in quarantine without a reason",
    "damaged": "a file that SQLite or we ourselves do not find whole, or a process that is dead",
    "torn": "a state that is neither that before nor that after an operation",
    "early": "a receipt or a cursor ahead of what is durable",
}
_METHOD = """\
## How it is done

**Kills.** Sensors publish as Zigbee2MQTT does on a real Mosquitto of the homes; {homes} gateways
(`python -m gateway`) with an outbox each, a Mosquitto of the city and the ingest service with its
stores are processes of their own. They die by SIGKILL while messages flow: three of five at random
instants, also while they start, the others at named places. Those of ingest lie between admission
and commit, between commit and acknowledgement, between acknowledgement and receipt, behind the
receipt, between the readings and the projector's cursor, and inside the cursor's transaction; those
of a gateway between its commit and its acknowledgement, behind the sending, and behind the booking
of a receipt. The city's broker dies too, with all that it would have saved within a minute. The
truth is what the sensors said; in the end it is compared, reading by reading, with each outbox, the
journal and the store.

**Power cuts.** The outbox (gateway) and journal, readings and register (ingest) work under strace,
on the SQLite library that is shipped. From each write, sync and change of a name the disk is built
again as it may be when power fails at a random place. What was synced is there. Of the rest a
random part is there, by sectors of 512 or 4,096 bytes, so also torn and out of order; a new length
perhaps without its data; a new name only if its folder was synced. The product's own code opens
what is left. Each file must be as before or as after the call that had begun; each acknowledged
reading there; no number given again; no receipt and no cursor ahead of what is there; and when the
gateways send everything again each reading must be stored, and once. The same with
`synchronous=NORMAL` is the control: it must lose, or the method could not see a loss.

Again: `make campaign` (`SEED=`, `READINGS=`, `KILLS=`, `CUTS=`). Quick forms of both run in
`make test`. All figures: [campaign.json](campaign.json).

## What this does not prove

* The bounds above are all that so many trials can say. They hold for a random kill or cut of these
  workloads on this machine.
* A disk that answers a sync before the data is safe loses data under any database. Nor does the
  model damage a synced sector while its neighbour is written (SQLite's *powersafe overwrite*); bit
  rot and worn cards are other faults.
* Power cuts work on one process at a time, without network: batches come as fast as they are
  admitted. Checkpoints come each 100 pages instead of 1,000, so that many fall into a short run.
* Gateways send again after {resend} s instead of 15 s, for else the campaign would mostly wait.
* The homes' own brokers are not killed: what Zigbee2MQTT's broker loses no gateway has ever heard.
* Devices speak minutes apart here. What a gateway coalesces or drops on purpose has its own tests.
* Alerting is not part of it: copies of notifications are counted by `mimamori verify`.
* The seed repeats plans, messages, cuts and the waits before kills; the instant of a kill, and how
  threads overlap, depend on the machine's load.
"""


def write_page(result: Result, path: Path, *, homes: int, resend_s: float) -> None:
    """Write the page anew."""
    parts = (
        _head(result),
        _table("What was found", _verdicts(result)),
        _table("What was done", _done(result)),
        _table("Upper bound of a loss (95 %)", _bounds(result)),
        _examples(result),
        _METHOD.format(homes=homes, resend=f"{resend_s:g}"),
    )
    path.write_text("\n".join(part for part in parts if part), "utf-8")


def _head(result: Result) -> str:
    machine = result.machine
    outcome = "Every promise was kept." if result.holds else "**Not every promise was kept.**"
    tree = (
        "**with changes that are not in it: not a result of a release**"
        if machine.is_dirty
        else "clean"
    )
    minutes = 0.0
    if result.ended is not None:
        minutes = (result.ended - result.began).total_seconds() / 60
    rows = [
        ("commit", f"{machine.commit}, {tree}"),
        ("date", f"{result.began:%Y-%m-%d %H:%M} UTC, {minutes:.0f} minutes"),
        ("seed", str(result.seed)),
        ("machine", f"{machine.system}, {machine.processors} processors"),
        ("versions", f"Python {machine.python}, SQLite {machine.sqlite}, {machine.mosquitto}"),
        ("tracer", machine.strace),
    ]
    return (
        "# The durability campaign\n\n"
        "Written by `make campaign`; not by hand. Gateways, ingest and the broker are killed, and\n"
        "power is cut, again and again while readings flow; afterwards every reading must be\n"
        f"there exactly once.\n\n{outcome}\n" + _table("", rows)
    )


def _verdicts(result: Result) -> list[tuple[str, ...]]:
    """Return for each figure: its meaning, after kills, after cuts of each process."""
    head = ("figure", "after kills", *(f"after cuts, {name}" for name in result.cuts), "meaning")
    parts = (result.kills.verdict, *(cuts.verdict for cuts in result.cuts.values()))
    return [
        head,
        *(
            (name, *(f"{part.figures()[name]:,}" for part in parts), meaning)
            for name, meaning in _FIGURES.items()
        ),
    ]


def _done(result: Result) -> list[tuple[str, ...]]:
    kills = result.kills
    rows = [
        ("readings through the killed system", f"{kills.readings:,}"),
        ("kills of ingest", _places(kills.ingest)),
        ("kills of gateways", _places(kills.gateway)),
        ("kills of the city's broker", f"{kills.broker:,}"),
        ("time of the kills", f"{kills.seconds_of_kills:.0f} s"),
        ("until all was receipted", f"{kills.seconds_of_drain:.0f} s after the last kill"),
        ("ends by themselves", f"{kills.ended_by_themselves:,} (as when the broker is away)"),
    ]
    for name, cuts in result.cuts.items():
        recorded = f"{cuts.recordings} recordings, {cuts.writes:,} writes, {cuts.syncs:,} syncs"
        rows.append((f"power cuts, {name}", f"{cuts.cuts:,}: {recorded}"))
    for name, cuts in result.controls.items():
        found = f"{cuts.cuts:,} cuts lost {cuts.verdict.lost:,} acknowledged, as they must"
        rows.append((f"control, {name}, synchronous=NORMAL", found))
    return [("what", "how often"), *rows]


def _places(counts: dict[str, int]) -> str:
    places = ", ".join(f"{count} {place}" for place, count in sorted(counts.items()))
    return f"{sum(counts.values()):,}: {places}"


def _bounds(result: Result) -> list[tuple[str, ...]]:
    if result.verdict.lost:
        return []
    rows = [(f"per {name}", f"{bound:.2%} (3/n)") for name, bound in result.bounds().items()]
    return [("trial", "bound"), *rows]


def _examples(result: Result) -> str:
    lines = [f"* {example}" for example in result.verdict.examples]
    lines += [f"* nothing died at: {point}" for point in result.unreached]
    return "\n".join(("## What went wrong first\n", *lines, "")) if lines else ""


def _table(title: str, rows: list[tuple[str, ...]] | list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    head, *body = rows if title else [("what", "is"), *rows]
    lines = [head, tuple("---" for _ in head), *body]
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"## {title}\n\n{text}\n" if title else f"\n{text}\n"
