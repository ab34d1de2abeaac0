//! Files in every form, and what is said of those that are wrong.

use encoding_rs::GB18030;
use serde_json::json;

use super::{
    sample::*,
    support::{Place, copy, until},
};

const SECOND: &str = "pwb/76392965TN21080500543B48V121513523";

/// The same four records as NDJSON and as rows below a header of English or of Chinese names.
fn sales() -> (String, String, String) {
    let at = "2021-11-05T15:20:00+08:00";
    let vins = [
        VIN,
        "vin/218622108311028",
        "vin/218622108311029",
        "vin/218622108311030",
    ];
    let line = |(n, vin): (usize, &&str)| sale(&format!("s{n}"), vin, &[PWB, SECOND], at);
    let row = |(n, vin): (usize, &&str)| {
        format!(
            "s{n},{SHOP},{at},{SHOP},{},{},{at},{at}\n",
            value(vin),
            list()
        )
    };
    let rows: String = vins.iter().enumerate().map(row).collect();
    (
        vins.iter()
            .enumerate()
            .map(line)
            .collect::<Vec<_>>()
            .join("\n"),
        format!("id,source,at,uniscid,ZhenCheBM,XuDianCWYBH,create_time,update_time\n{rows}"),
        format!(
            "id,source,at,统一社会信用代码,整车编码,蓄电池编号,赋码创建时间,赋码更新时间\n{rows}"
        ),
    )
}

fn list() -> String {
    format!("\"{},{}\"", value(PWB), value(SECOND))
}

#[test]
fn every_form_of_a_file_makes_the_same_store() {
    let place = Place::new();
    let (ndjson, english, chinese) = sales();
    let gb = GB18030.encode(&chinese).0.into_owned();
    let bom = [b"\xef\xbb\xbf", english.as_bytes()].concat();
    let dos = english.replace('\n', "\r\n");
    let files: [(&str, Vec<u8>); 6] = [
        ("a.ndjson", ndjson.into()),
        ("b.csv", english.into()),
        ("c.csv", chinese.into()),
        ("d.csv", bom),
        ("e.csv", gb),
        ("f.csv", dos.into()),
    ];
    let mut digests = Vec::new();
    for (name, content) in files {
        place.write(name, content);
        let store = format!("{name}.store");
        let url = format!("embedded:{store}");
        let said = place.saoma(&[
            "import",
            name,
            "--record",
            "sale.binding",
            "--store",
            &url,
            "--pair-key-file",
            "store.pair-key",
        ]);
        assert_eq!(said.code, Some(0), "{name}: {}", said.err);
        assert!(
            said.err.contains("4 records") && said.err.contains("4 new"),
            "{}",
            said.err
        );
        digests.push(place.digest(&store));
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}

#[test]
fn text_in_gb18030_is_text_and_one_broken_line_makes_no_other_of_utf_8() {
    let place = Place::new();
    let lines = [vehicle("v1", VIN), battery("b1", PWB)].join("\n");
    let (gb, _, _) = GB18030.encode(&lines);
    place.write("gb", gb.as_ref());
    let mut broken = b"{\"id\":\"\xff\xfe\"}\n".to_vec();
    broken.extend_from_slice(lines.as_bytes());
    place.write("utf8", broken);
    assert_eq!(place.saoma(&["import", "gb"]).code, Some(0));
    let before = place.digest("store");
    assert_eq!(place.saoma(&["import", "utf8"]).code, Some(3));
    assert_eq!(place.digest("store"), before);
    let maker = &place.show(VIN, "public")["records"]["production.vehicle"][0]["CheLiangZZS"];
    assert_eq!(maker, "示例车业有限公司");
    let rejected = place.lines("utf8.rejected.ndjson");
    assert_eq!(rejected[0]["line"], 1);
    assert_eq!(rejected[0]["reason"], "is not text in the file's encoding");
}

#[test]
fn columns_that_the_standard_gives_one_name_keep_apart_what_they_mean() {
    let place = Place::new();
    let stock = format!(
        "id,uniscid,proddt,chechi_type,chechibm,chechibm,create_time,create_time\n\
         a,{SHOP},2021-08-31,整车,{},,2021-09-01,2021-09-02\n\
         b,{SHOP},2021-08-31,蓄电池,,{},2021-09-03,2021-09-04\n",
        value(VIN),
        value(PWB)
    );
    place.write("stock.item.csv", stock);
    place.write(
        "swap.use.csv",
        format!("共享车企名称,共享池企名称,共享车企地址,共享池企地址,subject\n甲,乙,丙,丁,{VIN}\n"),
    );
    place.write(
        "english.csv",
        "GXCQMC,GXCQMC,GXCQDZ,GXCQDZ,subject\n甲,乙,丙,丁,vin/218622108311029\n",
    );
    for (file, record) in [
        ("stock.item.csv", "stock.item"),
        ("swap.use.csv", "swap.use"),
        ("english.csv", "swap.use"),
    ] {
        let said = place.saoma(&[
            "import",
            file,
            "--record",
            record,
            "--source",
            SHOP,
            "--at",
            "2021-09-05T00:00:00Z",
        ]);
        let rejected = place.read(&format!("{file}.rejected.ndjson"));
        assert_eq!(said.code, Some(0), "{}{rejected}", said.err);
    }
    let seen = place.show(VIN, "police");
    let stock = &seen["records"]["stock.item"][0];
    assert_eq!(
        [&stock["create_time"], &stock["create_time_out"]],
        ["2021-09-01", "2021-09-02"]
    );
    let seen = [seen, place.show("vin/218622108311029", "police")];
    for swap in seen.map(|seen| seen["records"]["swap.use"][0].clone()) {
        let values = ["GXCQMC", "GXCQMC_chi", "GXCQDZ", "GXCQDZ_chi"].map(|key| &swap[key]);
        assert_eq!(values, ["甲", "乙", "丙", "丁"]);
    }
    assert!(place.show(PWB, "police")["records"]["stock.item"][0].is_object());
}

#[test]
fn standard_input_is_a_file_and_an_exit_code_says_how_it_went() {
    let place = Place::new();
    let mut run = place.start(&["import", "-"], &[]);
    run.feed(three().join("\n").as_bytes());
    assert_eq!(run.end().code, Some(0));
    assert_eq!(
        place.show(LIC, "public")["records"]["registration.plate"][0]["XingMing"],
        "张**"
    );
    let mut run = place.start(&["import", "-"], &[]);
    run.feed(b"{}\n");
    assert_eq!(run.end().code, Some(3));
    assert_eq!(place.lines("stdin.rejected.ndjson").len(), 1);
    let gone = place.saoma(&["import", "no-such-file"]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.err.contains("no-such-file"), "{}", gone.err);
    assert_eq!(
        place.saoma(&["import", "x", "--store", "mysql:x"]).code,
        Some(2)
    );
    place.write("rows.csv", "ZhenCheBM\n1\n");
    let untold = place.saoma(&["import", "rows.csv"]);
    assert_eq!(untold.code, Some(1));
    assert!(untold.err.contains("which record type"), "{}", untold.err);
}

#[test]
fn a_line_longer_than_any_record_is_passed_over_and_the_next_one_is_read() {
    let place = Place::new();
    let long = format!("{{\"id\":\"{}\"}}", "x".repeat(200_000));
    place.write(
        "f",
        [&long, &vehicle("v1", VIN), &long]
            .map(String::as_str)
            .join("\n"),
    );
    assert_eq!(place.saoma(&["import", "f"]).code, Some(3));
    let rejected = place.lines("f.rejected.ndjson");
    let lines: Vec<_> = rejected
        .iter()
        .map(|line| line["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [1, 3]);
    assert_eq!(rejected[0]["reason"], "is longer than a record can be");
    assert_eq!(place.saoma(&["show", VIN]).code, Some(0));
}

#[test]
fn a_bad_line_is_named_by_line_field_and_reason_and_the_good_ones_are_kept() {
    let place = Place::new();
    let good = vehicle("v1", VIN);
    let bad = good
        .replace("\"v1\"", "\"v2\"")
        .replace("\"ZhenCheBM\":\"2", "\"ZhenCheBM\":\"");
    let lines = [
        &good,
        "",
        "{",
        &bad,
        &battery("b1", PWB),
        &good.replace("TDR4996Z", "TDR1"),
    ];
    place.write("f", lines.join("\n"));
    let said = place.saoma(&["import", "f"]);
    assert_eq!(said.code, Some(3));
    assert!(
        said.err.contains("5 records") && said.err.contains("3 rejected"),
        "{}",
        said.err
    );
    let rejected = place.lines("f.rejected.ndjson");
    let expected = [
        json!({"line": 3, "field": "(line)", "reason": "is not a JSON object of the shape of a record"}),
        json!({"line": 4, "field": "ZhenCheBM", "reason": "is not a well-formed code"}),
        json!({"line": 6, "field": "id", "reason": "was used before by the same source for other content"}),
    ];
    assert_eq!(rejected, expected);
    for code in [VIN, PWB] {
        assert_eq!(place.saoma(&["show", code]).code, Some(0));
    }
    // Once nothing is wrong any more, nothing says that something is.
    place.write("f", good);
    assert_eq!(place.saoma(&["import", "f"]).code, Some(0));
    assert!(!place.path("f.rejected.ndjson").exists());
}

#[test]
fn the_same_records_again_change_nothing_and_other_content_under_an_id_is_refused() {
    let place = Place::new();
    let lines = three();
    place.take("f", &lines);
    let before = place.digest("store");
    place.write(
        "f",
        lines.iter().rev().cloned().collect::<Vec<_>>().join("\n"),
    );
    let again = place.saoma(&["import", "f"]);
    assert_eq!(again.code, Some(0));
    assert!(
        again.err.contains("0 new, 5 known already"),
        "{}",
        again.err
    );
    assert_eq!(place.digest("store"), before);
    // Of the same content about another subject too: the id stands for both.
    let moved = about(
        "vin/218622108311028",
        "e",
        "riding.use",
        POLICE,
        "2022-01-01T00:00:00Z",
        &json!({}),
    );
    place.take("g", std::slice::from_ref(&moved));
    let before = place.digest("store");
    place.write("g", moved.replace("8311028", "8311029"));
    assert_eq!(place.saoma(&["import", "g"]).code, Some(3));
    assert_eq!(place.digest("store"), before);
    // Another source may use the same id.
    place.take(
        "h",
        &[moved.replace("8311028", "8311029").replace(POLICE, SHOP)],
    );
}

#[test]
fn what_is_imported_beside_an_open_door_is_on_the_next_answer() {
    let place = Place::new();
    let door = place.serve(&[]);
    let page = format!("/{VIN}.json");
    assert_eq!(door.get(&page, &[]).status, 404);
    place.take("f", &three());
    assert_eq!(door.get(&page, &[]).status, 200);
    let recall = json!({"since": "2024-02-03", "text": "请停止骑行"});
    place.take(
        "g",
        &[about(
            VIN,
            "a1",
            "notice.recall",
            CYCLES,
            "2024-02-03T00:00:00Z",
            &recall,
        )],
    );
    assert_eq!(door.get(&page, &[]).json()["alerts"][0]["kind"], "recalled");
    // Also while the import is not at its end: what is in is in.
    place.write("h", vehicle("v2", "vin/218622108311028"));
    let run = place.start(&["import", "h", "-"], &[]);
    until("the first file is on a page", || {
        (door.get("/vin/218622108311028.json", &[]).status == 200).then_some(())
    });
    assert_eq!(run.end().code, Some(0));
}

#[test]
fn a_key_file_of_another_length_and_another_key_are_told() {
    let place = Place::new();
    place.take("f", &three());
    copy(&place.path("store.pair-key"), &place.path("kept"));
    place.write("store.pair-key", "short");
    let said = place.saoma(&["import", "f"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("holds no secret of 32 bytes"),
        "{}",
        said.err
    );
    place.write("store.pair-key", [9; 32]);
    let said = place.saoma(&["import", "f"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("reproject"), "{}", said.err);
    assert_eq!(place.saoma(&["reproject"]).code, Some(0));
    let rotated = place.digest("store");
    assert_eq!(place.saoma(&["import", "f"]).code, Some(0));
    copy(&place.path("kept"), &place.path("store.pair-key"));
    assert_eq!(place.saoma(&["reproject"]).code, Some(0));
    assert_eq!(
        place.digest("store"),
        rotated,
        "there were no pairs to tell the keys apart"
    );
}
