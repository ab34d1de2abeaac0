use super::*;
use clap::Parser;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    label: LabelArgs,
}

fn label(args: &[&str]) -> Result<ExitCode, LabelFailure> {
    let args = std::iter::once("label").chain(args.iter().copied());
    run(&Line::try_parse_from(args).unwrap().label)
}

/// Runs with `text` as the list, into `out` in a folder of its own.
fn list(
    text: &str,
    out: &str,
    more: &[&str],
) -> (tempfile::TempDir, Result<ExitCode, LabelFailure>) {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("list");
    std::fs::write(&from, text).unwrap();
    let out = format!("{}/{out}", folder.path().display());
    let from = from.to_str().unwrap().to_owned();
    let mut args = vec!["--from", &from, "--out", &out];
    args.extend(more);
    let answer = label(&args);
    (folder, answer)
}

const RECORDS: &str = r#"{"id":"1","record":"production.vehicle","subject":"vin/218622108311027","fields":{"ZhenCheBM":"218622108311027","ChanPinXH":"TDR4996Z","CheShenYS":"珍珠白"}}
{"id":"2","record":"production.battery","fields":{"XuDianCWYBH":"76392965TN21080500543B48V121513522"}}
{"id":"3","record":"registration.plate","subject":"lic/33010621822480","fields":{"XingMing":"张三丰","XuDianCWYBH":["a","b"]}}
{"id":"4","record":"riding.use","subject":"vin/218622108311027","fields":{}}
"#;

#[test]
fn a_record_file_makes_the_stickers_of_its_three_kinds() {
    let (folder, answer) = list(RECORDS, "stickers/", &["--format", "svg"]);
    answer.unwrap();
    let read =
        |name: &str| std::fs::read_to_string(folder.path().join("stickers").join(name)).unwrap();
    let vehicle = read("vin-218622108311027.svg");
    assert!(vehicle.contains("产品型号: TDR4996Z") && vehicle.contains("车身颜色: 珍珠白"));
    read("pwb-76392965TN21080500543B48V121513522.svg");
    let plate = read("lic-33010621822480.svg");
    assert!(!plate.contains('张'));
}

#[test]
fn a_line_that_is_no_sticker_is_left_out_and_the_rest_is_printed() {
    let text = "vin/218622108311027\n\n# a note\nvin/21862210831102\n{\"record\":1}\n\u{FEFF}lic/33010621822480";
    let (folder, answer) = list(text, "all.pdf", &[]);
    assert_eq!(
        format!("{:?}", answer.unwrap()),
        format!("{:?}", ExitCode::from(3))
    );
    assert!(folder.path().join("all.pdf").exists());
    assert!(!folder.path().join("all.pdf.part").exists());
}

#[test]
fn a_bad_line_is_told_without_a_word_of_what_it_held() {
    for text in [
        "{\"record\":\"registration.plate\",\"fields\":{\"XingMing\":\"张三丰\"}}",
        "张三丰",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        std::fs::write(&path, text).unwrap();
        let Some(Entry::Bad(why)) = Source::open(&path).unwrap().next().unwrap() else {
            panic!("a sticker?");
        };
        assert!(!why.to_string().contains('张'), "{why}");
    }
}

#[test]
fn a_line_without_end_is_one_bad_line_and_takes_no_memory() {
    let text = format!("{}\nvin/218622108311027\n", "9".repeat(1_000_000));
    let (folder, answer) = list(&text, "one.svg", &[]);
    assert_eq!(
        format!("{:?}", answer.unwrap()),
        format!("{:?}", ExitCode::from(3))
    );
    assert!(folder.path().join("one.svg").exists());
}

#[test]
fn several_stickers_do_not_overwrite_one_picture() {
    let (folder, answer) = list(RECORDS, "one.svg", &[]);
    assert!(
        matches!(answer, Err(LabelFailure::OnePicture)),
        "{answer:?}"
    );
    assert!(!folder.path().join("one.svg").exists());
}

#[test]
fn a_file_without_a_code_leaves_nothing_behind() {
    let (folder, answer) = list("# nothing\n", "all.pdf", &[]);
    assert!(matches!(answer, Err(LabelFailure::Nothing)), "{answer:?}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "the list itself"
    );
}

#[test]
fn a_sheet_that_is_given_up_halfway_leaves_nothing_behind() {
    let text = "vin/218622108311027\nlic/33010621822480\n";
    let (folder, answer) = list(text, "all.pdf", &["--size-mm", "16", "--sheet", "1x1"]);
    assert!(matches!(answer, Err(LabelFailure::Label(_))), "{answer:?}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "the list itself"
    );
}

#[test]
fn a_wrong_code_on_the_command_line_is_named_by_its_place() {
    let refused = label(&[
        "vin/218622108311027",
        "vin/21862210831102",
        "--out",
        "x.svg",
    ]);
    let said = refused.unwrap_err().to_string();
    assert_eq!(
        said,
        "code 2 on the command line: not a code: 14 of 15 digits"
    );
}

#[test]
fn sizes_and_sheets_are_read_as_people_write_them() {
    assert_eq!(millimetres("60"), Ok(60_000));
    assert_eq!(millimetres("52.5"), Ok(52_500));
    for wrong in [
        "",
        "0",
        "-1",
        "1e3",
        "1001",
        "5.1234",
        "１０",
        "99999999999",
    ] {
        assert!(millimetres(wrong).is_err(), "{wrong}");
    }
    assert_eq!(
        sheet("3x8"),
        Ok(Sheet::Grid {
            columns: 3,
            rows: 8
        })
    );
    assert_eq!(sheet("ROLL"), Ok(Sheet::Roll));
    for wrong in ["", "3", "0x8", "3x", "x", "101x1"] {
        assert!(sheet(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_help_says_the_usual_widths_that_there_are() {
    let help = <Line as clap::CommandFactory>::command()
        .render_long_help()
        .to_string();
    for kind in Kind::ALL {
        let said = format!("{kind} {}", Sticker::usual_width(kind) / MM);
        assert!(help.contains(&said), "{said}");
    }
}
