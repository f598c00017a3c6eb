//! Text that is made of HTML.

use crate::derive::text;

#[test]
fn blocks_are_lines() {
    let html = "<html><head><title>x</title><style>p{}</style></head><body><!-- no -->\
        <div style='display: NONE'>pre<div>header</div></div>\
        <h1>Hello,  <b>you</b></h1><p>a&nbsp;&amp; b<br>c<br><br>d</p><ul><li>e</li><li>f</li></ul>\
        <!--[if mso]><p>Outlook</p><![endif]--><table><tr><td>g</td></tr></table></body></html>";
    assert_eq!(text(html), "Hello, you\n\na & b\nc\n\nd\n\n- e\n- f\n\ng");
}

#[test]
fn links_have_their_address_behind_them() {
    let html = "<p><a href='https://x/?a=1&amp;b=2'>Shop</a> or <a href='mailto:a@b.example'>write</a>, \
        <a href='#top'>up</a>, <a href='https://x'>https://x</a>, <a href='https://y'></a>end</p>";
    let expected = "Shop: https://x/?a=1&b=2 or write: a@b.example, up, https://x, end";
    assert_eq!(text(html), expected);
}

#[test]
fn links_to_the_same_place_have_it_once() {
    let html = "<div>{% if i %}<a href='{{ u }}'><img src='{{ i }}' alt='{{ t }}'></a>{% endif %}</div>\
        <div><a href='{{ u }}'>{{ t }}</a></div><div><a href='{{ u }}'>View</a></div>";
    let expected = "{% if i %}{% endif %}\n{{ t }}\nView: {{ u }}";
    assert_eq!(text(html), expected);
}

#[test]
fn a_link_that_may_not_be_there_leaves_the_one_before_its_address() {
    let html = "<a href='{{ u }}'>{{ t }}</a> {% if x %}<a href='{{ u }}'>View</a>{% endif %}";
    assert_eq!(
        text(html),
        "{{ t }}: {{ u }}{% if x %} View: {{ u }}{% endif %}"
    );
}

#[test]
fn branches_that_are_not_taken_leave_no_gap() {
    let html = "<p>{{ t }}</p>{% if p %}<p>{{ p }}</p>{% endif %}<p>end</p>";
    assert_eq!(text(html), "{{ t }}{% if p %}\n\n{{ p }}{% endif %}\n\nend");
    let html =
        "Hi{% if n %} {{ n }}{% endif %}, <i>x</i>{%- for y in z %}<div>{{ y }}</div>{% endfor %}";
    let expected = "Hi{% if n %} {{ n }}{% endif %}, x{% for y in z %}\n{{ y }}{% endfor %}";
    assert_eq!(text(html), expected);
}
