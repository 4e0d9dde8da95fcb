"""Invented content for the look page: one example of every part, in English and Arabic.

Knows nothing true. Every person, number, desk and hour is made up, the Arabic is unreviewed; the sentences of
law are shortened examples.
"""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from kimbilio.server.ui.panels import Queue, QueueRow

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "age": "Adult, 18 to 24",
        "speaks": "Speaks Kiswahili",
        "held": "Held by Social Welfare, Mwamba",
        "name": "Invented Example",
        "noticed": "Noticed",
        "referred": "Referred",
        "in_care": "In care",
        "settled": "Settled",
        "closed": "Closed",
        "next": "Next: answer the Legal Aid Board",
        "next_text": "They ask which language the interpreter should speak. She agreed that they may know.",
        "next_button": "Answer the question",
        "need_1": "Victim of trafficking (potential)",
        "q_1": "Could you leave the people who brought you?",
        "a_1": "I was locked in or watched",
        "q_2": "Someone speaks for the person or does not leave them alone",
        "a_2": "Yes",
        "law_1": "A victim may not be deported summarily; a deportation already ordered is suspended.",
        "source_1": "Anti-Human Trafficking Act No. 11 of 2008 (amended 2022), ss. 32–33",
        "step_1": "Safety and, when she is ready, a statement.",
        "step_1_note": "Victim Support Unit, within 72 hours. Help does not depend on it.",
        "need_2": "No safe place tonight",
        "q_3": "Do you have a safe place to sleep tonight?",
        "a_3": "No",
        "law_2": "Consider housing, counselling in a language understood, medical and psychological help.",
        "source_2": "Palermo Protocol, art. 6(3)",
        "step_2": "A bed for tonight; never a cell.",
        "new": "New for you",
        "ask_1": "Care for a child, 12 to 14",
        "from_1": "From Immigration, Mwamba Bridge post",
        "ask_2": "A bed for tonight, two adults and a baby",
        "from_2": "From Red Cross, Mwamba station",
        "ask_3": "Counselling, after a long journey",
        "from_3": "From the clinic, Kaseba",
        "look": "Needs a look",
        "look_text": "Nothing here is lost. The program could not decide, so a person must.",
        "look_1": "“Debt” was answered, yet no social worker was with the child.",
        "empty": "Answer before today’s end",
        "happened_1": "Legal Aid Board asked for: language",
        "by_1": "Their duty desk",
        "happened_2": "Accepted; a bed is held",
        "by_2": "Duty desk, Social Welfare",
        "happened_3": "Screened without signal; received 22 minutes later",
        "by_3": "Officer, Mwamba Bridge post",
        "yes_to": "Said yes to",
        "yes_to_value": "Social Welfare, Legal Aid Board",
        "not": "Not to be told",
        "not_value": "Name, nationality, who she is with",
        "told": "Not sent. It waits on this phone. Nobody has been told yet, so call.",
        "told_urgent": "This desk was last verified 112 days ago. Call before you send.",
        "field": "Why is this declined?",
        "field_hint": "The sender reads this. No name, no number.",
        "answer": "How was the answer given?",
        "spoken": "Spoken",
        "written": "Written",
        "agree": "She was told that she may take it back at any time",
        "many": "What may they know?",
        "sex": "Sex or gender",
        "language": "Language",
        "desk": "Desk",
    },
    "ar": {
        "age": "بالغة، 18 إلى 24 سنة",
        "speaks": "تتحدث السواحيلية",
        "held": "لدى الرعاية الاجتماعية، موامبا",
        "name": "اسم مُختلَق",
        "noticed": "لوحِظت",
        "referred": "أُحيلت",
        "in_care": "في الرعاية",
        "settled": "استقرّت",
        "closed": "أُغلقت",
        "next": "الخطوة التالية: الردّ على مجلس المساعدة القانونية",
        "next_text": "يسألون بأي لغة يتكلم المترجم. وقد وافقت على إطلاعهم على اللغة.",
        "next_button": "الردّ على السؤال",
        "need_1": "ضحية اتجار بالبشر (محتملة)",
        "q_1": "هل كان بإمكانك ترك من أحضروك؟",
        "a_1": "كنت محبوسة أو مراقَبة",
        "q_2": "شخص آخر يتحدث نيابة عنها أو لا يتركها وحدها",
        "a_2": "نعم",
        "law_1": "لا يجوز ترحيل الضحية بإجراءات موجزة، ويُوقَف أي ترحيل صدر به أمر.",
        "source_1": "قانون مكافحة الاتجار بالبشر رقم 11 لسنة 2008 (المعدَّل 2022)، المادتان 32–33",
        "step_1": "السلامة، ثم الإفادة عندما تكون مستعدة.",
        "step_1_note": "وحدة دعم الضحايا، خلال 72 ساعة. المساعدة لا تتوقف على ذلك.",
        "need_2": "لا مكان آمن هذه الليلة",
        "q_3": "هل لديك مكان آمن للنوم هذه الليلة؟",
        "a_3": "لا",
        "law_2": "يُنظر في السكن، والمشورة بلغة مفهومة، والمساعدة الطبية والنفسية والمادية.",
        "source_2": "بروتوكول باليرمو، المادة 6(3)",
        "step_2": "سرير لهذه الليلة؛ لا زنزانة أبدًا.",
        "new": "جديد لديك",
        "ask_1": "رعاية طفل، 12 إلى 14 سنة",
        "from_1": "من الهجرة، مركز جسر موامبا",
        "ask_2": "سرير لهذه الليلة، بالغان ورضيع",
        "from_2": "من الصليب الأحمر، محطة موامبا",
        "ask_3": "إرشاد نفسي بعد رحلة طويلة",
        "from_3": "من العيادة، كاسيبا",
        "look": "يحتاج إلى نظرة",
        "look_text": "لا شيء هنا ضائع. لم يستطع البرنامج أن يقرر، فلا بد أن يقرر إنسان.",
        "look_1": "أُجيب عن «الدين» ولم تكن مع الطفل أخصائية اجتماعية.",
        "empty": "أجب قبل نهاية اليوم",
        "happened_1": "طلب مجلس المساعدة القانونية: اللغة",
        "by_1": "مكتب المناوبة لديهم",
        "happened_2": "قُبلت؛ والسرير محجوز",
        "by_2": "مكتب المناوبة، الرعاية الاجتماعية",
        "happened_3": "أُجري الفرز دون إشارة؛ ووصل بعد 22 دقيقة",
        "by_3": "ضابط، مركز جسر موامبا",
        "yes_to": "وافقت على",
        "yes_to_value": "الرعاية الاجتماعية، ومجلس المساعدة القانونية",
        "not": "لا يُخبَرون",
        "not_value": "الاسم، الجنسية، من معها",
        "told": "لم يُرسَل. ينتظر على هذا الهاتف. لم يُبلَّغ أحد بعد، فاتصل.",
        "told_urgent": "آخر تحقق من هذا المكتب كان قبل 112 يومًا. اتصل قبل أن ترسل.",
        "field": "لماذا رُفضت؟",
        "field_hint": "يقرأ المرسِل هذا. لا أسماء ولا أرقام.",
        "answer": "كيف أُعطي الجواب؟",
        "spoken": "شفهيًا",
        "written": "كتابةً",
        "agree": "قيل لها إن بإمكانها أن تسحب موافقتها في أي وقت",
        "many": "ماذا يجوز أن يعرفوا؟",
        "sex": "الجنس",
        "language": "اللغة",
        "desk": "المكتب",
    },
}


class ExampleForm(forms.Form):
    """One field of each kind, with labels from the words of the page."""

    reason = forms.CharField(widget=forms.Textarea)
    desk = forms.ChoiceField(choices=[("a", "Mwamba"), ("b", "Kaseba")])
    code = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}), required=False)
    answer = forms.ChoiceField(widget=forms.RadioSelect)
    many = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    agree = forms.BooleanField(required=False)

    def __init__(self, words: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = words["field"]
        self.fields["reason"].help_text = words["field_hint"]
        self.fields["desk"].label = words["desk"]
        self.fields["answer"].label = words["answer"]
        self.fields["answer"].choices = [("spoken", words["spoken"]), ("written", words["written"])]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["many"].label = words["many"]
        self.fields["many"].choices = [("sex", words["sex"]), ("language", words["language"])]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["agree"].label = words["agree"]


def look_context(language: str, now: datetime) -> dict[str, Any]:
    """Everything the look page shows, at the time `now`."""
    words = WORDS.get(language, WORDS["en"])
    form = ExampleForm(words, data={"desk": "a", "agree": "on", "many": ["sex"]})
    return {
        "words": words,
        "form": form,
        "due": now + timedelta(minutes=38),
        "started": now - timedelta(minutes=22),
        "late": now - timedelta(minutes=87),
        "far": now + timedelta(days=2, hours=21),
        "stages": _stages(words),
        "needs": _needs(words),
        "queues": _queues(words, now),
        "entries": _entries(words, now),
        "consent": [(words["yes_to"], words["yes_to_value"]), (words["not"], words["not_value"])],
    }


def _stages(words: dict[str, str]) -> list[dict[str, str]]:
    states = {"noticed": "done", "referred": "done", "in_care": "current"} | dict.fromkeys(
        ("settled", "closed"), "to_come"
    )
    return [{"label": words[key], "state": state, "note": ""} for key, state in states.items()]


def _needs(words: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "anchor": "need-1",
            "title": words["need_1"],
            "reasons": [
                {"question": words["q_1"], "answer": words["a_1"]},
                {"question": words["q_2"], "answer": words["a_2"], "looked": True},
            ],
            "laws": [{"says": words["law_1"], "source": words["source_1"]}],
            "steps": [{"text": words["step_1"], "note": words["step_1_note"]}],
        },
        {
            "anchor": "need-2",
            "title": words["need_2"],
            "reasons": [{"question": words["q_3"], "answer": words["a_3"]}],
            "laws": [{"says": words["law_2"], "source": words["source_2"]}],
            "steps": [{"text": words["step_2"]}],
        },
    ]


def _queues(words: dict[str, str], now: datetime) -> list[Queue]:
    rows = [
        QueueRow(
            "K-9D3F-T6NW-2", "#", words["ask_1"], "emergency", words["from_1"],
            due=now + timedelta(minutes=38), started=now - timedelta(minutes=22),
        ),
        QueueRow(
            "K-2XVB-81QC-M", "#", words["ask_2"], "urgent", words["from_2"],
            due=now - timedelta(minutes=87), started=now - timedelta(hours=5),
        ),
        QueueRow(
            "K-5TZ0-H3YR-8", "#", words["ask_3"], "normal", words["from_3"],
            due=now + timedelta(days=2, hours=21), started=now - timedelta(hours=3),
        ),
    ]  # fmt: skip
    unsure = [QueueRow("K-6PKA-M29D-X", "#", words["look_1"], "normal", since=now - timedelta(hours=4))]
    return [
        Queue("new", words["new"], "", rows, "3"),
        Queue("look", words["look"], words["look_text"], unsure, "1"),
        Queue("answer", words["empty"], "", [], "0"),
    ]


def _entries(words: dict[str, str], now: datetime) -> list[dict[str, Any]]:
    spans = (timedelta(minutes=44), timedelta(hours=2), timedelta(days=1, hours=5))
    return [
        {"at": now - span, "text": words[f"happened_{n}"], "by": words[f"by_{n}"]}
        for n, span in enumerate(spans, start=1)
    ]
