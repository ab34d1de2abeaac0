use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderName, IF_NONE_MATCH},
};
use saoma::rules::{
    answer::{Answer, Squeeze},
    negotiate::{Encoding, Encodings, Form, Forms, Languages, Wish},
};
use saoma_pages::Lang;

/// Whatever a reader's headers ask for: an answer in one of the forms there are, and the same one
/// however the header is spelled. One header a line.
pub(crate) fn check(bytes: &[u8]) {
    let names = [ACCEPT, ACCEPT_LANGUAGE, ACCEPT_ENCODING, IF_NONE_MATCH];
    let (mut headers, mut loud) = (HeaderMap::new(), HeaderMap::new());
    for (name, line) in names.iter().cycle().zip(bytes.split(|byte| *byte == b'\n')) {
        put(&mut headers, name, line);
        put(&mut loud, name, &line.to_ascii_uppercase());
    }
    let asked = |headers: &HeaderMap| {
        let (mut forms, mut languages, mut encodings) =
            (Forms::default(), Languages::default(), Encodings::default());
        for (name, line) in headers {
            match name.as_str() {
                "accept" => forms.hear(line),
                "accept-language" => languages.hear(line),
                "accept-encoding" => encodings.hear(line),
                _ => {}
            }
        }
        (
            forms.form(Form::Page),
            forms.form(Form::Json),
            languages.language(),
            encodings.wish(),
        )
    };
    let (form, in_doubt, language, encoding) = asked(&headers);
    assert_eq!((form, in_doubt, language, encoding), asked(&loud));
    // Only who says what it takes can be told that there is none of it, whatever was the default.
    assert_eq!(form.is_none(), in_doubt.is_none());
    assert!(form.is_some() || headers.contains_key(ACCEPT));
    assert!(language == Lang::Zh || headers.contains_key(ACCEPT_LANGUAGE));
    let plain = Wish::from(Encoding::Identity);
    assert!(encoding == plain || headers.contains_key(ACCEPT_ENCODING));
    let answer = Answer::new(
        http::StatusCode::OK,
        HeaderMap::new(),
        b"saoma".repeat(50),
        Squeeze::No,
    );
    let status = answer.reply(encoding, &headers).status().as_u16();
    assert!(status == 200 || status == 304 && headers.contains_key(IF_NONE_MATCH));
}

fn put(headers: &mut HeaderMap, name: &HeaderName, line: &[u8]) {
    // Nothing is not the same as an empty header.
    if !line.is_empty()
        && let Ok(value) = HeaderValue::from_bytes(line)
    {
        headers.append(name, value);
    }
}
