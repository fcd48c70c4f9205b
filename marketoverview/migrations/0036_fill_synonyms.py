"""Gives the options that the portal came with the synonyms by which free text finds them, where they have none."""

from django.db import migrations

SYNONYMS = (
    (
        "services",
        "implementation",
        "idriftsættelse, ibrugtagning, udrulning, opsætning, installation, systemintegration",
        "deployment, rollout, installation, system integration, set-up",
    ),
    (
        "services",
        "development",
        "softwareudvikling, modeltræning, specialudvikling, programmering, finetuning",
        "software development, model training, custom development, programming, fine-tuning",
    ),
    (
        "services",
        "advisory",
        "konsulent, konsulentbistand, rådgiver, sparring, foranalyse, behovsafklaring",
        "consultancy, consulting, consultant, guidance, feasibility study",
    ),
    (
        "services",
        "legal-advisory",
        "jura, jurist, advokat, GDPR, persondata, konsekvensanalyse, DPIA, databehandleraftale, "
        "AI-forordningen",
        "lawyer, law firm, legal counsel, GDPR, DPIA, impact assessment, AI Act",
    ),
    (
        "technologies",
        "prediction",
        "prognose, prædiktion, prædiktiv analyse, fremskrivning, beslutningsstøtte, maskinlæring, machine "
        "learning, forecast",
        "forecasting, predictive analytics, machine learning, decision support",
    ),
    (
        "technologies",
        "representation",
        "klassifikation, klassificering, postfordeling, mailsortering, dokumentsortering, informationsudtræk, "
        "dataudtræk",
        "classification, mail sorting, document classification, information extraction, data extraction",
    ),
    (
        "technologies",
        "nlp",
        "sprogmodel, stor sprogmodel, LLM, generativ AI, generativ KI, generativ kunstig intelligens, GenAI, "
        "GPT, ChatGPT, Copilot, chatbot, chatrobot, virtuel assistent, skriveassistent, tekstanalyse, "
        "tekstgenerering, opsummering, resumé, referat, oversættelse",
        "language model, large language model, LLM, generative AI, generative artificial intelligence, "
        "chatbot, conversational AI, virtual assistant, text analysis, text mining, text generation, "
        "summarisation, summarization, translation, RAG",
    ),
    (
        "technologies",
        "planning",
        "optimering, ruteplanlægning, ruteoptimering, vagtplanlægning, vagtplan, kørselsplanlægning, "
        "ressourceplanlægning, skemalægning",
        "optimisation, optimization, route planning, scheduling, rostering, resource planning",
    ),
    (
        "technologies",
        "object-recognition",
        "billedgenkendelse, billedanalyse, billedbehandling, computer vision, computersyn, videoanalyse, OCR, "
        "optisk tegngenkendelse, tekstgenkendelse",
        "computer vision, machine vision, image recognition, image analysis, object detection, video "
        "analytics, OCR, optical character recognition",
    ),
    (
        "technologies",
        "speech",
        "stemmegenkendelse, taleteknologi, tale til tekst, tekst til tale, diktering, transskribering, "
        "transskription, mødereferat, talesyntese, oplæsning, voicebot, telefonrobot",
        "speech to text, text to speech, voice recognition, transcription, dictation, voicebot",
    ),
    (
        "business-areas",
        "administration",
        "sekretariat, HR, løn, ESDH, arkiv, aktindsigt, journalisering",
        "back office, HR, human resources, payroll, records management, archive",
    ),
    (
        "business-areas",
        "casework",
        "sagsbehandler, sagsbehandlingssystem, sagsgang, afgørelse, partshøring, myndighedsopgaver",
        "case management, case handling, case processing, caseworker, decisions",
    ),
    (
        "business-areas",
        "technical-environment",
        "teknisk forvaltning, plan og byg, natur og miljø, klima og miljø, park og vej, byggetilladelse, "
        "forsyning",
        "public works, utilities, planning permission",
    ),
    (
        "business-areas",
        "health",
        "sundhedsområdet, sundhedsvæsen, ældreområdet, ældrepleje, omsorg, sygepleje, plejehjem, plejebolig",
        "healthcare, health care, elderly care, nursing, nursing home",
    ),
    (
        "business-areas",
        "finance-insurance",
        "økonomi, økonomistyring, budget, bogholderi, bank, revision",
        "accounting, budgeting, bookkeeping, banking, auditing",
    ),
    (
        "business-areas",
        "social",
        "socialforvaltning, handicap, psykiatri, socialpsykiatri, udsatte, misbrug",
        "social care, social work, welfare, disability, psychiatry",
    ),
    (
        "business-areas",
        "employment",
        "jobcenter, arbejdsmarked, ledighed, ledige, jobindsats, jobformidling, kontanthjælp, dagpenge",
        "job centre, job center, labour market, unemployment, unemployed",
    ),
    (
        "business-areas",
        "children-youth",
        "børn, unge, daginstitution, børnehave, vuggestue, dagpleje, folkeskole, undervisning, familieområdet",
        "kindergarten, nursery, education, family services, youth",
    ),
    (
        "business-areas",
        "procurement",
        "udbud, anskaffelser, indkøbsanalyse, kontraktstyring",
        "purchasing, tender, tendering, spend analysis, contract management",
    ),
)
"""Question, option, and the synonyms in Danish and in English, divided by commas."""


def fill_synonyms(apps, schema_editor) -> None:
    options = apps.get_model("marketoverview", "Option").objects.using(schema_editor.connection.alias)
    for question, code, danish, english in SYNONYMS:
        without = options.filter(question__code=question, code=code, synonyms_da="", synonyms_en="")
        without.update(synonyms_da=danish.replace(", ", "\n"), synonyms_en=english.replace(", ", "\n"))


class Migration(migrations.Migration):
    dependencies = [("marketoverview", "0035_store_company_names_with_apostrophes")]
    operations = [migrations.RunPython(fill_synonyms, migrations.RunPython.noop, elidable=False)]
