"""The market overview's public addresses."""

from django.urls import path, re_path

from .views import (
    changes,
    compare,
    contact,
    directory,
    editions,
    exports,
    feed,
    figures,
    follow,
    matrix,
    note,
    shortlist,
)

app_name = "market"
urlpatterns = [
    path("", directory.directory, name="directory"),
    path("virksomheder/<slug:slug>/", directory.profile, name="profile"),
    path("virksomheder/<slug:slug>/kontakt.vcf", directory.vcard, name="vcard"),
    path("liste/", shortlist.shortlist, name="shortlist"),
    path("liste.docx", shortlist.document, name="shortlist_document"),
    path("sammenlign/", compare.compare, name="compare"),
    path("kontakt/", contact.contact, name="contact"),
    path("kontakter.vcf", contact.contacts, name="contacts"),
    path("dialogbrev.docx", contact.dialogue_letter, name="dialogue_letter"),
    path("figurer/", figures.figures, name="figures"),
    path("figurer/<slug:code>/", figures.figure, name="figure"),
    re_path(r"^figurer/(?P<code>[-\w]+)\.(?P<ending>svg|png|csv|xlsx)$", figures.figure_file, name="figure_file"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("matrix/<slug:row>/<slug:column>/", matrix.cell, name="cell"),
    re_path(r"^eksport\.(?P<ending>csv|xlsx|json)$", exports.export, name="export"),
    path("eksport.schema.json", exports.json_schema, name="export_schema"),
    path("eksport/", exports.export_help, name="export_help"),
    path("markedsnotat/", note.note, name="note"),
    re_path(r"^markedsnotat\.(?P<ending>docx|pdf)$", note.note_file, name="note_file"),
    path("nyt.atom", feed.feed, name="feed"),
    path("foelg/", follow.follow, name="follow"),
    path("foelg/sendt/", follow.requested, name="follow_requested"),
    path("foelg/<str:token>/", follow.following, name="following"),
    path("foelg/<str:token>/stop/", follow.unfollow, name="unfollow"),
    path("udgaver/", editions.editions, name="editions"),
    path("udgaver/dcat.jsonld", editions.catalogue, name="dcat"),
    path("udgaver/<slug:code>/", editions.edition, name="edition"),
    re_path(r"^udgaver/(?P<code>[-\w]+)\.(?P<ending>json|csv)$", editions.edition_file, name="edition_file"),
    path("udvikling/", changes.changes, name="changes"),
    path("udvikling/nye/", changes.new_vendors, name="new_vendors"),
    path("udvikling/<slug:question>/<slug:option>/", changes.change_vendors, name="change_vendors"),
    path("neutralitet/", directory.neutrality, name="neutrality"),
]
