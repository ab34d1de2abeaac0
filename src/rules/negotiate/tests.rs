use super::*;

fn lines(text: &str) -> Vec<HeaderValue> {
    let line = |line: &str| HeaderValue::from_str(line).unwrap();
    if text.is_empty() {
        return vec![];
    }
    text.split('\n').map(line).collect()
}

fn form(accept: &str) -> Option<Form> {
    let mut forms = Forms::default();
    for line in lines(accept) {
        forms.hear(&line);
    }
    forms.form(Form::Page)
}

fn language(accept: &str) -> Lang {
    let mut languages = Languages::default();
    for line in lines(accept) {
        languages.hear(&line);
    }
    languages.language()
}

fn wish(accept: &str) -> Wish {
    let mut encodings = Encodings::default();
    for line in lines(accept) {
        encodings.hear(&line);
    }
    encodings.wish()
}

#[test]
fn a_page_is_the_answer_when_in_doubt_and_nothing_when_both_are_excluded() {
    let cases = [
        ("", Some(Form::Page)),
        ("*/*", Some(Form::Page)),
        ("rubbish", Some(Form::Page)),
        ("text/html", Some(Form::Page)),
        ("text/*", Some(Form::Page)),
        ("application/json", Some(Form::Json)),
        ("APPLICATION/JSON; charset=utf-8", Some(Form::Json)),
        ("application/json, text/plain, */*", Some(Form::Json)),
        ("application/json;q=0.5, text/html", Some(Form::Page)),
        ("application/json, text/html;q=0.9", Some(Form::Json)),
        ("text/html;q=0, */*", Some(Form::Json)),
        ("application/json;q=0, */*", Some(Form::Page)),
        ("*/*;q=0", None),
        ("image/png", None),
        ("image/png\napplication/json", Some(Form::Json)),
        ("text/html;q=0", None),
        ("text/html;q=abc, application/json;q=0.1", Some(Form::Json)),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Some(Form::Page),
        ),
    ];
    for (accept, want) in cases {
        assert_eq!(form(accept), want, "{accept}");
    }
}

#[test]
fn chinese_unless_english_is_preferred() {
    let cases = [
        ("", Lang::Zh),
        ("en", Lang::En),
        ("en-US,en;q=0.9,zh;q=0.8", Lang::En),
        ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
        ("en;q=0.8, zh;q=0.8", Lang::Zh),
        ("fr, de;q=0.5", Lang::Zh),
        ("*", Lang::Zh),
        ("zh;q=0, *", Lang::En),
        ("en;q=0", Lang::Zh),
        ("en;q=2", Lang::Zh),
    ];
    for (accept, want) in cases {
        assert_eq!(language(accept), want, "{accept}");
    }
}

#[test]
fn the_encoding_is_the_heaviest_and_of_equals_the_smallest() {
    let cases = [
        ("", Encoding::Identity),
        ("gzip, deflate, br, zstd", Encoding::Brotli),
        ("gzip, zstd", Encoding::Zstd),
        ("x-gzip", Encoding::Gzip),
        ("gzip;q=1, br;q=0.5", Encoding::Gzip),
        ("br;q=0, *", Encoding::Zstd),
        ("br;q=0", Encoding::Identity),
        ("*;q=0", Encoding::Identity),
        ("identity, br;q=0.5", Encoding::Identity),
        ("identity;q=0.1, gzip;q=0.1", Encoding::Gzip),
        ("deflate", Encoding::Identity),
    ];
    for (accept, want) in cases {
        assert_eq!(wish(accept).small, want, "{accept}");
    }
}

#[test]
fn what_is_made_soonest_is_one_of_those_liked_best() {
    let cases = [
        ("gzip, deflate, br, zstd", Encoding::Gzip),
        ("br, zstd", Encoding::Zstd),
        ("gzip, deflate, br", Encoding::Gzip),
        ("br", Encoding::Brotli),
        ("zstd;q=0.5, gzip", Encoding::Gzip),
        ("gzip;q=0.5, br", Encoding::Brotli),
        ("", Encoding::Identity),
        ("identity, br;q=0.5", Encoding::Identity),
    ];
    for (accept, want) in cases {
        assert_eq!(wish(accept).soon, want, "{accept}");
    }
}
