"""The plain text of HTML from elsewhere."""

import pytest

from legaltoolbox.projects.files.html_text import is_html, plain_text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Et</p><p>To</p>", "Et\n\nTo"),
        ("a<br>b<br /><br>c", "a\nb\n\nc"),
        ("<ul><li>Et</li><li><p>To</p><ul><li>Inde</li></ul></li></ul>efter", "- Et\n- To\n  - Inde\nefter"),
        ("<b>fed</b> og <em>skrå</em>", "fed og skrå"),
        ('<a href="https://a.example/">her</a>', "her (https://a.example/)"),
        ('<a href="https://a.example/">https://a.example/</a>', "https://a.example/"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ("<table><tr><th>A</th><td>B</td></tr><tr><td>C</td><td>D</td></tr></table>", "A | B\nC | D"),
        ('<img src="data:image/png;base64,AAAA" alt="Kort">', "[image: Kort]"),
        ("S&oslash;er &amp; &#230;bler &lt;b&gt;", "Søer & æbler <b>"),
        ("1 < 2, 3 <5 og <x y>", "1 < 2, 3 <5 og <x y>"),
        ("<p>uden slut <b>fed", "uden slut fed"),
        ("<p", "<p"),
        ("<scr<b>ipt>alert(1)", "<script>alert(1)"),
        ("<o:p>Fra Word</o:p>", "Fra Word"),
        ("før<script>x</script>efter", "førefter"),
        ("før<script>x", "førx"),
        ("før<!-- x", "før<!-- x"),
        ("<![CDATA[x]]>y", "y"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("  mange \n mellemrum ", "mange mellemrum"),
    ],
)
def test_html_becomes_the_text_that_people_read(html, expected):
    assert plain_text(html).text.replace("billede", "image") == expected


@pytest.mark.parametrize("text", ["a < b", "x<y>z", "5 > 3", "A&B", "R&D", "<3", ""])
def test_plain_text_is_no_html(text):
    assert not is_html(text)


@pytest.mark.parametrize(
    "piece", ["<!", "<!--", "<a <", '<a b="', "<![", "</", "&#", "<script>", "<style></", "<a/", "<ul><li>"]
)
def test_broken_html_is_read_without_an_error(piece):
    for number in (1, 2, 500):
        plain_text(piece * number)


def test_nothing_that_can_be_executed_is_in_the_text():
    html = "<a href='javascript:a()'>x</a><p onload=b()>y</p><iframe src='javascript:c()'></iframe><svg onload=d()>z"
    plain = plain_text(html)
    assert plain.text == "x\n\ny\n\nz"
    assert plain.code == ["javascript:a()", "onload: b()", "javascript:c()", "onload: d()"]
