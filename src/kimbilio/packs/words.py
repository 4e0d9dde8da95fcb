"""The words of the `screen` command itself, in the languages it speaks; all other words are the pack's.

Source: ours; the Arabic has not yet been read by a native speaker.
"""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "unreviewed_pack": "The country team has not yet reviewed this pack.",
        "unreviewed_language": "A native speaker has not yet reviewed this language.",
        "nothing": "Nothing found today, which never means cleared.",
        "nothing_yet": "No need was found in the answers given, and not everything was asked: this is not "
        "assessed, and never means cleared.",
        "priority": "Priority",
        "within": "within {time}",
        "leads": "Leads",
        "needs": "What this person may need",
        "potential": "potential",
        "presumed": "presumed",
        "need": "{name}: {priority}, led by {agency}.",
        "because": "because",
        "law": "What the law says",
        "source": "Source: {source}.",
        "joined_party": "{country} has joined{since}.",
        "joined_signed_only": "{country} has signed and not yet joined.",
        "joined_not_party": "{country} has not joined.",
        "joined_unknown": "Whether {country} has joined is not known.",
        "since": " (since {year})",
        "verify": "Still to be checked against the source.",
        "actions": "What to do",
        "now": "Now",
        "not_assessed": "What was not asked",
        "not_assessed_rule": "Not assessed, which is not the same as nothing found: {categories}.",
        "look": "Needs a look",
        "look_never_if": "should not have been asked in this situation, so the answer counts for nothing.",
        "look_may_not_talk": "was answered although the person did not agree to talk, or nobody could "
        "interpret, so the answer counts for nothing.",
        "look_not_shown": "would not have been shown with these answers; the answer counts.",
        "look_excludes_others": "has an answer that excludes the others beside it; the others count.",
        "comma": ", ",
    },
    "ar": {
        "unreviewed_pack": "لم يراجع الفريق الوطني هذه الحزمة بعد.",
        "unreviewed_language": "لم يراجع متحدث أصلي هذه اللغة بعد.",
        "nothing": "لم يُعثر على شيء اليوم، وهذا لا يعني أبداً أن الأمر سليم.",
        "nothing_yet": "لم يظهر احتياج في الإجابات المعطاة، ولم يُسأل عن كل شيء: هذا لم يُقيَّم، "
        "ولا يعني أبداً أن الأمر سليم.",
        "priority": "الأولوية",
        "within": "خلال {time}",
        "leads": "الجهة القائدة",
        "needs": "ما قد يحتاج إليه هذا الشخص",
        "potential": "محتمل",
        "presumed": "مفترض",
        "need": "{name}: الأولوية {priority}، الجهة القائدة {agency}.",
        "because": "لأن",
        "law": "ما يقوله القانون",
        "source": "المصدر: {source}.",
        "joined_party": "انضمت {country}{since}.",
        "joined_signed_only": "وقّعت {country} ولم تنضم بعد.",
        "joined_not_party": "لم تنضم {country}.",
        "joined_unknown": "لا يُعرف إن كانت {country} قد انضمت.",
        "since": " (منذ {year})",
        "verify": "لم يُتحقق منه بعد بالرجوع إلى المصدر.",
        "actions": "ما ينبغي فعله",
        "now": "الآن",
        "not_assessed": "ما لم يُسأل عنه",
        "not_assessed_rule": "لم يُقيَّم، وهذا ليس كعدم العثور على شيء: {categories}.",
        "look": "يحتاج إلى نظر",
        "look_never_if": "كان يجب ألا يُسأل في هذا الوضع، فلا يُحسب الجواب.",
        "look_may_not_talk": "أُجيب عنه مع أن الشخص لم يوافق على الحديث أو لم يوجد من يترجم؛ فلا يُحسب الجواب.",
        "look_not_shown": "ما كان ليظهر مع هذه الإجابات؛ والجواب محسوب.",
        "look_excludes_others": "فيه جواب يستبعد ما بجانبه؛ وتُحسب الأجوبة الأخرى.",
        "comma": "، ",
    },
}


# One, two, three to ten, more: Arabic counts in four ways.
_SPANS: dict[str, dict[str, tuple[str, str, str, str]]] = {
    "en": {
        "minute": ("1 minute", "2 minutes", "{n} minutes", "{n} minutes"),
        "hour": ("1 hour", "2 hours", "{n} hours", "{n} hours"),
        "day": ("1 day", "2 days", "{n} days", "{n} days"),
    },
    "ar": {
        "minute": ("دقيقة واحدة", "دقيقتين", "{n} دقائق", "{n} دقيقة"),
        "hour": ("ساعة واحدة", "ساعتين", "{n} ساعات", "{n} ساعة"),
        "day": ("يوم واحد", "يومين", "{n} أيام", "{n} يوماً"),
    },
}


def time_text(minutes: int, language: str) -> str:
    """A span of time as a person says it: minutes, hours, from four days on in days."""
    if minutes % 60:
        unit, number = "minute", minutes
    elif minutes >= 96 * 60 and minutes % 1440 == 0:
        unit, number = "day", minutes // 1440
    else:
        unit, number = "hour", minutes // 60
    one, two, few, many = _SPANS[language][unit]
    form = {1: one, 2: two}.get(number, few if number <= 10 else many)
    return form.format(n=number)
