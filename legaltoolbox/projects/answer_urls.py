"""The pages behind a vendor's link, without a login, below `/juridisk-vaerktoejskasse/svar/`.

The token is the secret: nothing else opens these pages (`views/link_holders.py`).
"""

from django.urls import path

from .views import vendor_answers, vendor_files, vendor_hand_in, vendor_requirement

app_name = "vendor_answers"
urlpatterns = [
    path("<str:token>/", vendor_answers.overview, name="overview"),
    path("<str:token>/spoerg/", vendor_answers.ask, name="ask"),
    path("<str:token>/udskriv/", vendor_answers.printed, name="print"),
    path("<str:token>/indsend/", vendor_hand_in.hand_in, name="hand_in"),
    path("<str:token>/kvittering/<int:number>/", vendor_hand_in.receipt, name="receipt"),
    path("<str:token>/bilag.<slug:ending>", vendor_files.annex_file, name="file"),
    path("<str:token>/excel/", vendor_files.excel, name="excel"),
    path("<str:token>/<slug:code>/", vendor_requirement.requirement, name="requirement"),
]
