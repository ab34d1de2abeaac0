//! Codes of the demo, and what is said of them. Not the standard's examples: those are real, and a
//! document that names a code would be one more thing to explain.

use serde_json::{Value, json};

pub(super) const VIN: &str = "vin/218622203150042";
pub(super) const PWB: &str = "pwb/76392965TN22010100001A48V12";

/// A vehicle as anybody sees it.
pub(super) fn public() -> Value {
    view("public", &json!({"production.vehicle": [product()]}))
}

/// A pair check that ends with yes.
pub(super) fn together() -> Value {
    let vehicle = json!({
        "production.vehicle": [product()],
        "sale.binding": [{"create_time": "2021-11-05"}],
        "warranty.policy": [{"part": "车架、前叉", "months": "24", "until": "2023-11-05", "safe_months": "120", "safe_until": "2031-08", "safe_from": "production"}],
        "repair.job": [{"datetime": "2023-04-02"}],
    });
    json!({"together": "yes", "views": [view("holder", &vehicle)]})
}

/// A pair check that ends with anything else.
pub(super) fn not_together() -> Value {
    json!({"together": "no-or-unknown", "views": []})
}

/// A code that is none.
pub(super) fn not_a_code() -> Value {
    json!({
        "type": "urn:saoma:problem:not-a-code",
        "title": "This does not look like a code",
        "status": 400,
        "detail": "A vehicle’s code has 15 digits. Here are 14 of 15 digits.",
        "kind": "vin",
        "why": {"reason": "digits", "got": 14, "want": 15},
    })
}

fn view(audience: &str, records: &Value) -> Value {
    json!({
        "code": {
            "kind": "vin",
            "value": "218622203150042",
            "url": "https://www.pzcode.cn/vin/218622203150042",
            "parts": {"enterprise": "2186", "class": "2", "year": "22", "serial": "03150042"},
            "nonconforming": [],
        },
        "audience": audience,
        "alerts": [{"kind": "recalled", "since": "2025-03", "text": "请停止骑行。"}],
        "records": records,
        "asOf": "2026-11-21T08:00:00Z",
        "stale": false,
    })
}

fn product() -> Value {
    json!({"CheLiangZZS": "示例车业有限公司", "ChanPinXH": "TDR4997Z"})
}
