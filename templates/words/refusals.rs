//! What a refusal is called, and what was wrong. Said on pages and in `application/problem+json`.

use std::time::Duration;

use super::text;
use crate::{
    lang::Lang,
    refusal::{BadBody, NotACode, Refusal},
    view::Kind,
};

/// The refusal in one short sentence.
pub fn refusal_title(refusal: &Refusal, lang: Lang) -> String {
    let title = match refusal {
        Refusal::NotACode { .. } => text("这不像一个编码", "This does not look like a code"),
        Refusal::BadRequest => text("没看懂这个请求", "This request was not understood"),
        Refusal::SignIn => text("请先登录", "Please sign in"),
        Refusal::NotAllowed => text("您没有这项权限", "This is not open to you"),
        Refusal::TooLarge { .. } => text("内容太长了", "That is too long"),
        Refusal::NotRegistered { .. } => text("暂未查到登记", "No registration found"),
        Refusal::NoSuchPage => text("没有这个页面", "No such page"),
        Refusal::Method { .. } => text("不支持这种请求方式", "This method is not supported"),
        Refusal::Body {
            why: BadBody::HowMany { .. },
        } => text("编码的个数不对", "Too few codes, or too many"),
        Refusal::Body { .. } => text("没看懂送来的内容", "What was sent was not understood"),
        Refusal::NotAcceptable { .. } => text("没有您要的格式", "Not available in this form"),
        Refusal::TooMany { .. } => text("查得有点快", "That was a little fast"),
        Refusal::Unavailable { .. } => text("暂时查不了", "Not available just now"),
    };
    title.to(lang).to_owned()
}

/// What was wrong, and whose fault it is not.
pub fn refusal_detail(refusal: &Refusal, lang: Lang) -> String {
    let detail = match refusal {
        Refusal::NotACode { kind, why } => return not_a_code(*kind, *why, lang),
        Refusal::BadRequest => text(
            "请从首页重新查询。",
            "Please start again from the home page.",
        ),
        Refusal::NotRegistered { .. } => text(
            "编码格式正确，但目前查不到登记。资料有时上传得晚：这不表示是假的，也不证明是真的。",
            "The code is well formed, but there is no record of it at present. Records are sometimes uploaded late: this does not mean it is fake, nor that it is genuine.",
        ),
        Refusal::SignIn => text(
            "登录可能已过期，请重新登录或更换令牌。",
            "Your sign-in may have expired. Please sign in again, or use a new token.",
        ),
        Refusal::NotAllowed => text(
            "如需开通，请联系发放令牌的单位。",
            "Please ask whoever issued your token.",
        ),
        Refusal::TooLarge { most } => {
            return match lang {
                Lang::Zh => format!("最多 {most} 字节，请分几次发送。"),
                Lang::En => format!("At most {most} bytes: please send it in parts."),
            };
        }
        Refusal::NoSuchPage => text(
            "地址可能输错了，请从首页查询。",
            "The address may be mistyped. Please look the code up from the home page.",
        ),
        Refusal::Method { allow } => {
            return match lang {
                Lang::Zh => format!("这个地址支持：{allow}。"),
                Lang::En => format!("This address takes: {allow}."),
            };
        }
        Refusal::Body { why } => return bad_body(*why, lang),
        Refusal::NotAcceptable { offered } => {
            let offered = offered.join(", ");
            return match lang {
                Lang::Zh => format!("这里提供：{offered}。"),
                Lang::En => format!("There is: {offered}."),
            };
        }
        Refusal::TooMany { retry_after } => {
            let wait = wait(*retry_after, lang);
            return match lang {
                Lang::Zh => format!("请{wait}后再试。同一网络里的人多时也会这样。"),
                Lang::En => format!(
                    "Please try again in {wait}. This also happens when many people share one network."
                ),
            };
        }
        Refusal::Unavailable { retry_after } => {
            let wait = wait(*retry_after, lang);
            return match lang {
                Lang::Zh => format!("查询服务暂时没有回应，与您的码无关。请{wait}后再试。"),
                Lang::En => format!(
                    "The service is not answering. It says nothing about your code. Please try again in {wait}."
                ),
            };
        }
    };
    detail.to(lang).to_owned()
}

fn bad_body(why: BadBody, lang: Lang) -> String {
    let said = match (why, lang) {
        (BadBody::TooLong { most }, Lang::Zh) => return format!("最多 {most} 字节。"),
        (BadBody::TooLong { most }, Lang::En) => return format!("There may be {most} bytes."),
        (BadBody::Media { taken }, Lang::Zh) => return format!("这里接受：{taken}。"),
        (BadBody::Media { taken }, Lang::En) => return format!("This address reads: {taken}."),
        (BadBody::HowMany { got, least, most }, Lang::Zh) => {
            return format!("请输入 {least} 至 {most} 个不同的编码，这里是 {got} 个。");
        }
        (BadBody::HowMany { got, least, most }, Lang::En) => {
            return format!("Please give {least} to {most} different codes. Here are {got}.");
        }
        (BadBody::TooSlow, _) => text(
            "内容没有及时送到，请再试一次。",
            "It did not arrive in time. Please try again.",
        ),
        (BadBody::Unreadable, _) => text(
            "格式不对，请用下面的表单再试一次。",
            "It is not well formed. Please try again with the form below.",
        ),
    };
    said.to(lang).to_owned()
}

/// Whole seconds or minutes, rounded up: who comes back sooner is refused again.
fn wait(time: Duration, lang: Lang) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let seconds = seconds.max(1);
    let minutes = seconds.div_ceil(60);
    match (lang, seconds) {
        (Lang::Zh, ..=90) => format!(" {seconds} 秒"),
        (Lang::Zh, _) => format!(" {minutes} 分钟"),
        (Lang::En, 1) => "1 second".to_owned(),
        (Lang::En, ..=90) => format!("{seconds} seconds"),
        (Lang::En, _) => format!("{minutes} minutes"),
    }
}

fn not_a_code(kind: Option<Kind>, why: NotACode, lang: Lang) -> String {
    let noun = match kind {
        Some(Kind::Vin) => text("整车编码", "A vehicle’s code"),
        Some(Kind::Pwb) => text("蓄电池编码", "A battery’s code"),
        Some(Kind::Lic) => text("号牌编码", "A plate’s code"),
        None => text("编码", "A code"),
    };
    let noun = noun.to(lang);
    match (why, lang) {
        (NotACode::Empty, Lang::Zh) => "还没有输入编码。".to_owned(),
        (NotACode::Empty, Lang::En) => "No code was given.".to_owned(),
        (NotACode::UnknownKind, Lang::Zh) => {
            "看不出是车、电池还是号牌的编码。车 15 位数字，号牌 14 位数字，电池 9 位以上字母和数字。".to_owned()
        }
        (NotACode::UnknownKind, Lang::En) => {
            "It could not be told whether this is a vehicle (15 digits), a plate (14 digits) or a battery (9 or more letters and digits).".to_owned()
        }
        (NotACode::Digits { got, want }, Lang::Zh) if got < want => {
            format!("{noun}应有 {want} 位数字，这里是 {got} 位，少了 {} 位。", want.saturating_sub(got))
        }
        (NotACode::Digits { got, want }, Lang::Zh) => {
            format!("{noun}应有 {want} 位数字，这里是 {got} 位，多了 {} 位。", got.saturating_sub(want))
        }
        (NotACode::Digits { got, want }, Lang::En) if got < want => {
            format!("{noun} has {want} digits. Here are {got} of {want} digits.")
        }
        (NotACode::Digits { got, want }, Lang::En) => {
            format!("{noun} has {want} digits. Here are {got}, {} too many.", got.saturating_sub(want))
        }
        (NotACode::NotADigit { at }, Lang::Zh) => format!("{noun}只有数字，第 {at} 个字符不是。"),
        (NotACode::NotADigit { at }, Lang::En) => {
            format!("{noun} is all digits. Character {at} is not one.")
        }
        (NotACode::NotALetterOrDigit { at }, Lang::Zh) => {
            format!("{noun}只有字母和数字，第 {at} 个字符不是。")
        }
        (NotACode::NotALetterOrDigit { at }, Lang::En) => {
            format!("{noun} is all letters and digits. Character {at} is neither.")
        }
        (NotACode::TooShort { got }, Lang::Zh) => format!("{noun}至少 9 位，这里是 {got} 位。"),
        (NotACode::TooShort { got }, Lang::En) => {
            format!("{noun} has at least 9 characters. Here are {got}.")
        }
        (NotACode::TooLong { got }, Lang::Zh) => {
            format!("前 8 位之后最多 32 位，这里是 {got} 位。")
        }
        (NotACode::TooLong { got }, Lang::En) => {
            format!("After the first 8 there are at most 32 characters. Here are {got}.")
        }
    }
}
