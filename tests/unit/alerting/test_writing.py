"""What is said: minimal, human, in both languages, and never not at all."""

import re
import string
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from alerting.messages.phrases import LANGUAGES, phrases, say_duration, say_instant
from alerting.messages.writing import Facts, Text, Topic, add_news, topic_of, write
from domain.finding import Cause, Reason
from tests.support.town import NOON

MINUTE = timedelta(minutes=1)
FACTS = Facts(
    number=1234,
    link="https://mimamori.example/cases/abc",
    topic=Topic.INACTIVITY,
    reason=Reason.SILENCE_PAST_DEADLINE,
    since=NOON - timedelta(hours=9, minutes=12),
    found_at=NOON,
    now=NOON,
    home_code="K-07",
)


def test_silence_is_told_as_a_sentence() -> None:
    """Since when and for how long, in local time; which home; where to look; whom to call."""
    text = write(FACTS, "ja")

    assert text.subject == "【見守り】K-07 動きがありません（案件1234）"
    assert "02:48から9時間12分、動きがありません。" in text.body
    assert "https://mimamori.example/cases/abc" in text.body
    assert "緊急通報サービスではありません" in text.body
    assert "119" in text.body


def test_silence_is_told_in_english() -> None:
    """The same facts in English."""
    text = write(FACTS, "en")

    assert "No movement since 02:48, for 9 h 12 min." in text.body
    assert "not an emergency service" in text.body


def test_yesterday_is_named() -> None:
    """A time that is not today carries its date, by the home's own day."""
    text = write(replace(FACTS, since=NOON - timedelta(hours=14, minutes=20)), "ja")

    assert "11月21日21:40から14時間20分" in text.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_is_said_in_every_language(topic: Topic, language: str) -> None:
    """Each topic has subject, sentence, link and the word about 119; no {word} is left open."""
    text = write(
        replace(FACTS, topic=topic, room="bedroom", service="anomaly", recovered_at=NOON), language
    )

    assert "1234" in text.subject
    assert FACTS.link in text.body
    assert "119" in text.body
    assert not re.search(r"[{}]", text.subject + text.body)


def test_languages_have_the_same_phrases() -> None:
    """A phrase or a word in it that one language lacks would be missed at night."""

    def shape(language: str) -> dict[tuple[str, str], set[str]]:
        fields = string.Formatter().parse
        return {
            (group, key): {name for _, name, _, _ in fields(phrase) if name}
            for group, entries in phrases(language).items()
            for key, phrase in entries.items()
        }

    assert shape("ja") == shape("en")


def test_blind_home_says_since_when() -> None:
    """Silence is told only up to where it could be seen."""
    blind = replace(FACTS, reason=Reason.BLIND_PAST_HALF_WAY, blind_since=NOON - timedelta(hours=2))

    assert "7時間12分、動きがありません" in write(blind, "ja").body
    assert "10:00からは家の様子を確認できません" in write(blind, "ja").body


def test_dark_home_says_for_how_long() -> None:
    """Of equipment the whole time without a sign is told; being blind does not shorten it."""
    since = NOON - timedelta(hours=3)
    dark = replace(FACTS, topic=Topic.GATEWAY_SILENT, since=since, blind_since=since)

    assert "09:00から3時間、この家から何も届いていません" in write(dark, "ja").body


def test_movement_meanwhile_is_told() -> None:
    """A later step says what is known by then, and that nobody made sure yet."""
    moved = replace(FACTS, now=NOON + 10 * MINUTE, recovered_at=NOON + MINUTE, is_first_step=False)
    body = write(moved, "ja").body

    assert "12:01に動きがありました" in body
    assert "まだ誰も引き受けていません" in body


def test_old_news_is_labelled() -> None:
    """What was found more than half an hour ago is told as delayed."""
    fresh = write(replace(FACTS, now=NOON + 30 * MINUTE), "ja")
    late = write(replace(FACTS, now=NOON + 31 * MINUTE), "ja")

    assert not fresh.subject.startswith("【遅延】")
    assert late.subject.startswith("【遅延】")


def test_late_message_is_labelled_when_it_leaves() -> None:
    """A message that lay for an hour says so once, and that somebody has the case already."""
    text = add_news(
        Text(subject="K-07", body="body"),
        language="ja",
        written_at=NOON,
        taken_at=NOON + 20 * MINUTE,
        time_zone="Asia/Tokyo",
        now=NOON + 60 * MINUTE,
    )

    assert text.subject == "【遅延】K-07"
    assert "12:00に作られた" in text.body
    assert "引き受けた人がいます（12:20）" in text.body


def test_timely_message_leaves_as_written() -> None:
    """Nothing is added where there is no news."""
    written = Text(subject="K-07", body="body")
    sent = add_news(
        written, language="ja", written_at=NOON, taken_at=None, time_zone=None, now=NOON + MINUTE
    )

    assert sent == written


@pytest.mark.parametrize("odd", ["{", "{0}", "%s{home}", "\r\nBcc: x@y.example", "\u202eK-07"])
def test_odd_words_change_nothing(odd: str) -> None:
    """A foreign word is said as one short line; it is never a template or a header."""
    text = write(replace(FACTS, topic=Topic.SENSOR_SILENT, home_code=odd, room=odd * 500), "ja")

    assert "\n" not in text.subject
    assert "\r" not in text.subject + text.body
    assert "\u202e" not in text.subject + text.body
    assert len(text.subject) < 200
    assert "センサー" in text.body


def test_failing_phrases_still_say_where_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with the phrases, a plain text goes out."""

    def broken(language: str) -> dict[str, dict[str, str]]:
        raise KeyError(language)

    monkeypatch.setattr("alerting.messages.writing.phrases", broken)
    text = write(FACTS, "ja")

    assert "K-07" in text.subject
    assert FACTS.link in text.body
    assert "119" in text.body


def test_unknown_time_zone_is_no_reason_to_be_silent() -> None:
    """A home whose zone this machine does not know is told in the default one."""
    assert write(replace(FACTS, time_zone="Asia/Edo"), "ja") == write(FACTS, "ja")


def test_unknown_language_is_told_in_japanese() -> None:
    """A language without phrases gets the default one's."""
    assert write(FACTS, "tlh") == write(FACTS, "ja")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "1分未満"),
        (0, "1分未満"),
        (1, "1分"),
        (60, "1時間"),
        (552, "9時間12分"),
        (30 * 60, "30時間"),
        (48 * 60, "2日"),
        (51 * 60, "2日3時間"),
    ],
)
def test_durations_are_said_as_people_say_them(minutes: int, said: str) -> None:
    """Minutes and hours, from two days on days and hours."""
    assert say_duration(timedelta(minutes=minutes), language="ja") == said


def test_calls_and_reviews_have_words_of_their_own() -> None:
    """What is asked of the reader decides the words, before the cause does."""
    assert topic_of(Cause.GATEWAY_SILENT, Reason.BLIND_PAST_DEADLINE, is_review=False) is Topic.CALL
    assert topic_of(Cause.HELP, Reason.BUTTON_ARRIVED_LATE, is_review=True) is Topic.REVIEW
    assert topic_of(Cause.SERVICE_FAILED, Reason.DISK_NEARLY_FULL, is_review=False) is Topic.DISK
    ending = topic_of(Cause.SERVICE_FAILED, Reason.CERTIFICATE_ENDS, is_review=False)
    assert ending is Topic.CERTIFICATE
    assert {topic_of(c, Reason.NOTHING_HEARD, is_review=False) for c in Cause} <= set(Topic)


def test_midnight_belongs_to_the_new_day() -> None:
    """The day is the home's, not UTC's."""
    midnight = NOON.replace(hour=15, minute=0)
    said = say_instant(midnight, now=midnight + MINUTE, zone=ZoneInfo("Asia/Tokyo"), language="ja")
    assert said == "00:00"
