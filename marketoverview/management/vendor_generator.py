"""Generates invented vendors for load tests, which read like real ones and are named as load data.

A vendor follows from the seed and its own number alone: the same number of the same seed is the same vendor, however
many are generated and in whichever run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from ..models import Option, Question, SampleOffering
from ..models.vendors import ascii_slug

SLUG_PREFIX = "belastningsdata-"
DAYS_BACK = 729
"""How many days ago the oldest response was begun."""
MAX_DESCRIPTION = 600


@dataclass(frozen=True)
class GeneratedAnswer:
    """One chosen option; own words only where it is “other”."""

    option_id: int
    own_words: str


@dataclass(frozen=True)
class GeneratedOffering:
    """One example of what the vendor offers."""

    title: str
    description: str
    stage: str
    where_used: str
    option_ids: list[int]


@dataclass(frozen=True)
class GeneratedVendor:
    """One vendor with its published response. The times are in their order, the last one before today."""

    name: str
    slug: str
    domain: str
    description: str
    created_at: datetime
    submitted_at: datetime
    published_at: datetime
    confirmed_on: date
    answers: list[GeneratedAnswer]
    offerings: list[GeneratedOffering]


class VendorGenerator:
    """Generates vendors, by their numbers, that answer `questions` (with `options` prefetched)."""

    def __init__(self, questions: Sequence[Question], seed: int, today: date) -> None:
        self.questions = [(question, self._probabilities(question)) for question in questions]
        self.seed, self.today = seed, today
        self.midnight = datetime.combine(today, time(), timezone.get_current_timezone())

    @staticmethod
    def _probabilities(question: Question) -> list[tuple[Option, float]]:
        """The probability of each option: from 0.8 down in the order of the survey, 0.2 for “other”."""
        options = [option for option in question.options.all() if not option.is_retired]
        return [
            (option, 0.2 if option.is_other else max(0.05, 0.8 - 0.7 * rank / len(options)))
            for rank, option in enumerate(options)
        ]

    def vendor(self, number: int) -> GeneratedVendor:
        """The vendor of this number."""
        random = Random(f"{self.seed} {number}")  # noqa: S311 - nothing here is secret
        title = f"{random.choice(NAMES)} {random.choice(TRADES)}"
        answers = self._answers(random)
        created = self.midnight - timedelta(days=random.randint(20, DAYS_BACK), minutes=-random.randint(480, 960))
        submitted = created + timedelta(days=random.randint(0, 7), minutes=random.randint(5, 90))
        published = submitted + timedelta(days=random.randint(0, 9), minutes=random.randint(5, 90))
        confirmed = submitted.date()
        if random.random() < 0.5:
            confirmed += timedelta(days=random.randint(0, (self.today - confirmed).days))
        return GeneratedVendor(
            name=f"{title} (belastningsdata {number:06})",
            slug=f"{SLUG_PREFIX}{number:06}",
            domain=f"{ascii_slug(title)}-{number}.example",
            description=_description(random),
            created_at=created,
            submitted_at=submitted,
            published_at=published,
            confirmed_on=confirmed,
            answers=[answer for question_answers in answers for answer in question_answers],
            offerings=self._offerings(random, answers),
        )

    def _answers(self, random: Random) -> list[list[GeneratedAnswer]]:
        """For each question its answers; one vendor in twenty leaves a question out that is not required."""
        breadth = random.uniform(0.6, 1.2)
        answers = []
        for question, probabilities in self.questions:
            chosen: list[Option] = []
            if probabilities and (question.is_required or random.random() < 0.95):
                if question.kind == Question.Kind.SEVERAL:
                    chosen = [option for option, share in probabilities if random.random() < share * breadth]
                if not chosen:
                    options, weights = zip(*probabilities, strict=True)
                    chosen = random.choices(options, weights)
            answers.append(
                [GeneratedAnswer(option.pk, random.choice(OWN_WORDS) if option.is_other else "") for option in chosen]
            )
        return answers

    def _offerings(self, random: Random, answers: list[list[GeneratedAnswer]]) -> list[GeneratedOffering]:
        """One to three offerings; their options are among those that the vendor has answered."""
        axes = [
            [answer.option_id for answer in question_answers]
            for (question, _), question_answers in zip(self.questions, answers, strict=True)
            if question.matrix_axis and question_answers
        ]
        return [
            GeneratedOffering(
                title=title,
                description=" ".join(random.sample(PRACTICES, random.randint(1, 2))),
                stage=random.choices(STAGES, (1, 2, 3, 5))[0],
                where_used=random.choice(PLACES),
                option_ids=[pk for ids in axes for pk in random.sample(ids, min(len(ids), random.randint(1, 3)))],
            )
            for title in random.sample(TITLES, random.randint(1, 3))
        ]


def _description(random: Random) -> str:
    """An opening and enough sentences for 40 to 80 words in at most `MAX_DESCRIPTION` characters."""
    text = random.choice(OPENINGS).format(product=random.choice(PRODUCTS), area=random.choice(AREAS))
    min_words = random.randint(40, 62)
    for sentence in random.sample(PRACTICES, len(PRACTICES)):
        if len(text.split()) >= min_words:
            break
        if len(text) + 1 + len(sentence) <= MAX_DESCRIPTION:
            text += f" {sentence}"
    return text


STAGES = SampleOffering.Stage.values

NAMES = (
    "Agernlund", "Birkemose", "Bøgevang", "Cikorievej", "Dunhammer", "Egespir", "Elverhøj", "Fjordsten", "Frostlille",
    "Granlund", "Gøgeurt", "Hasselvang", "Havtorn", "Hyldemark", "Isfugl", "Jordrøg", "Kastanje", "Klitrose",
    "Kornblomst", "Lyngbakke", "Løvspring", "Mosekonge", "Mælkevej", "Natlys", "Nøddehegn", "Oddervang", "Piletræ",
    "Pindsvin", "Quaste", "Ravnsten", "Regnbuelund", "Rønnebær", "Sivsko", "Skovmærke", "Stjernehøj", "Tagrør",
    "Tidsel", "Tyttebær", "Ulvefod", "Urtegård", "Vandmølle", "Vibeæg", "Vindfrø", "Watermose", "Xylofon", "Ydermark",
    "Yngelbæk", "Zirbel", "Æblegren", "Ægtefyr", "Ærenpris", "Ærtebjerg", "Ødegård", "Ømose", "Ørnevinge",
    "Østenvind", "Åbrink", "Ådalsmose", "Åkande", "Ålegræs",
)  # fmt: skip
TRADES = (
    "AI", "Analyse", "Automation", "Beslutningsstøtte", "Data", "Dialog", "Digital", "Indsigt", "Intelligens", "IT",
    "Lab", "Læring", "Prognose", "Rådgivning", "Software", "Sprogteknologi", "Systemer", "Teknologi", "Vision",
)  # fmt: skip
OPENINGS = (
    "Vi udvikler {product} sammen med fagfolk inden for {area}.",
    "Vores kerne er {product}, som vi tilpasser kommunens arbejdsgange inden for {area}.",
    "Vi hjælper forvaltninger inden for {area} fra idé til drift med {product}.",
    "Vi er et hold af udviklere og tidligere kommunale medarbejdere, der bygger {product} til {area}.",
    "Vi rådgiver om {product} og har mest erfaring med {area}.",
    "Kommuner bruger os, når {product} skal afprøves i lille skala inden for {area}.",
    "Vi leverer {product} som en tjeneste, der er klar til {area} på få uger.",
    "Hos os er {product} og tæt samarbejde med {area} to sider af samme sag.",
)
PRODUCTS = (
    "sprogmodeller til søgning i egen viden",
    "prognoser for økonomi og kapacitet",
    "automatisk sortering af post og henvendelser",
    "billedgenkendelse til tilsyn med veje og bygninger",
    "talegenkendelse til dokumentation",
    "beslutningsstøtte til sagsbehandling",
    "chatbots til borgernes spørgsmål",
    "udkast til aktindsigter og afgørelser",
    "planlægning af ruter og vagter",
    "overvågning af datakvalitet",
    "kategorisering af dokumenter",
    "opsporing af fejl i udbetalinger",
)
AREAS = (
    "teknik og miljø", "ældreplejen", "beskæftigelse", "borgerservice", "økonomi og løn", "skoler og dagtilbud",
    "byggesager", "sundhed og genoptræning", "socialområdet", "kultur og fritid", "indkøb", "forsyning",
)  # fmt: skip
PRACTICES = (
    "En medarbejder godkender altid forslaget, før det får betydning for en borger.",
    "Løsningen kører i et dansk datacenter og kobles på kommunens egne systemer gennem åbne snitflader.",
    "Vi begynder med et kort forløb, hvor data, jura og gevinster bliver afklaret sammen med fagfolkene.",
    "Hver model leveres med en beskrivelse af data, begrænsninger og målt kvalitet.",
    "Kunden ejer sine data og kan altid få dem udleveret i et åbent format.",
    "Vi måler kvaliteten hver måned og retter modellen til, når arbejdsgangen ændrer sig.",
    "Medarbejderne bliver oplært på stedet og overtager selv den daglige drift.",
    "Vi bidrager til konsekvensanalysen og stiller al dokumentation til rådighed.",
    "Prisen følger forbruget, og der er ingen binding ud over opsigelsesvarslet.",
    "Vi bruger kun kunstig intelligens, hvor faste regler ikke kan løse opgaven.",
    "Personoplysninger bliver fjernet, før teksterne bruges til træning.",
    "Et lille panel af brugere prøver hver ny udgave, før den bliver taget i brug.",
    "Modellerne bliver trænet på danske tekster fra kommunernes hverdag.",
    "Resultatet kan forklares for borgeren i et sprog, der er til at forstå.",
    "Vi samarbejder gerne med kommunens andre leverandører om fælles data.",
    "Forløbet slutter med en måling af, hvad løsningen har sparet af tid.",
)
TITLES = (
    "Sortering af indgående post", "Prognose for sygefravær", "Søgning i vejledninger", "Udkast til aktindsigt",
    "Genkendelse af huller i vejen", "Planlægning af hjemmeplejens ruter", "Referat af borgersamtaler",
    "Fordeling af pladser i dagtilbud", "Kontrol af fakturaer", "Svar på spørgsmål om affald", "Screening af byggesager",
    "Prognose for børnetal", "Anonymisering af dokumenter", "Overvågning af energiforbrug", "Hjælp til journalisering",
    "Tidlig opsporing af fald", "Oversættelse af breve", "Analyse af høringssvar", "Forslag til jobåbninger",
    "Optælling af trafik", "Vagtplaner for plejehjem", "Påmindelser om frister",
)  # fmt: skip
PLACES = (
    "", "En mindre kommune i Vestjylland (opdigtet)", "En stor kommune på Sjælland (opdigtet)",
    "Tre kommuner på Fyn i fællesskab (opdigtet)", "En økommune (opdigtet)", "Et forsyningsselskab (opdigtet)",
    "En mellemstor kommune i Nordjylland (opdigtet)", "Et fælles jobcenter (opdigtet)",
)  # fmt: skip
OWN_WORDS = (
    "Dataetik og kvalitetssikring", "Undervisning af medarbejdere", "Befolkningsprognoser", "Simulering af scenarier",
    "Trafik og transport", "Lager og detailhandel", "Samarbejde med forskere", "Styring, roller og ansvar",
    "Facilitering af beslutninger", "Produktion og vedligehold", "Internt kompetencecenter", "Organisering af drift",
)  # fmt: skip
