//! Stickers are read back by a decoder that somebody else wrote: `zbarimg`, of Debian's zbar-tools.
//! Sheets are first made into pictures by `pdftoppm`, of poppler-utils.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed helper is a failed test"
)]

use std::path::Path;
use std::process::Command;

use saoma::rules::label::pdf::{Document, Sheet};
use saoma::rules::label::{Layout, Sticker};
use saoma::rules::qr::{self, Ink, Level, Symbol};
use saoma::words::code::Code;

const PUBLIC: &str = "https://www.pzcode.cn";
/// The standard's examples, and the longest code that resolves.
const CODES: [&str; 4] = [
    "vin/218622108311027",
    "pwb/76392965TN21080500543B48V121513522",
    "lic/33010621822480",
    "pwb/76392965abcdefghijklmnopqrstuvwxyz012345",
];

fn sticker(code: &str) -> Sticker {
    let mut sticker = Sticker::of(Code::parse_any(code).unwrap());
    if code.starts_with("vin") {
        sticker.model = Some("TDR4996Z".into());
        sticker.colour = Some("珍珠白".into());
    }
    sticker
}

fn usual(code: &str, level: Level) -> Layout {
    let sticker = sticker(code);
    let width = Sticker::usual_width(sticker.code.kind());
    sticker.layout(PUBLIC, level, width).unwrap()
}

fn address(code: &str) -> String {
    format!("{PUBLIC}/{code}")
}

/// A program that reads PDF, run to its end without a complaint.
fn poppler(program: &str, args: &[&Path]) -> String {
    let ran = Command::new(program)
        .args(args)
        .output()
        .unwrap_or_else(|why| panic!("{program} must be there (apt install poppler-utils): {why}"));
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.is_empty(), "{program}: {said}");
    String::from_utf8(ran.stdout).unwrap()
}

/// What the decoder reads in a picture, in any order.
fn decoded(picture: &Path) -> Vec<String> {
    // Only QR: a text of digits can look like a bar code to it.
    let zbar = Command::new("zbarimg")
        .args(["-q", "--raw", "-S*.enable=0", "-Sqrcode.enable=1"])
        .arg(picture)
        .output()
        .unwrap_or_else(|why| panic!("zbarimg must be there (apt install zbar-tools): {why}"));
    let mut read: Vec<String> = String::from_utf8(zbar.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    read.sort();
    read
}

fn decoded_bytes(png: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.png");
    std::fs::write(&path, png).unwrap();
    decoded(&path)
}

#[test]
fn a_stickers_picture_is_read_back_as_its_address_at_every_usual_dpi() {
    for code in CODES {
        for level in [Level::Medium, Level::High] {
            for dpi in [203, 300, 600] {
                let png = usual(code, level).png(dpi).unwrap();
                assert_eq!(
                    decoded_bytes(&png),
                    [address(code)],
                    "{level:?} at {dpi} dpi"
                );
            }
        }
    }
}

#[test]
fn the_smallest_sticker_that_is_made_is_read_back() {
    let layout = sticker(CODES[0])
        .layout(PUBLIC, Level::Medium, 34_300)
        .unwrap();
    let png = layout.png(300).unwrap();
    assert_eq!(decoded_bytes(&png), [address(CODES[0])]);
}

#[test]
fn a_page_of_a_sheet_is_read_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let codes: Vec<String> = (0..24)
        .map(|at| format!("vin/2186221083110{at:02}"))
        .collect();
    let mut document = Document::new(
        Vec::new(),
        Sheet::Grid {
            columns: 3,
            rows: 8,
        },
    )
    .unwrap();
    for code in &codes {
        document.add(&usual(code, Level::Medium)).unwrap();
    }
    // Another kind has another size, and so a page of its own.
    document.add(&usual(CODES[1], Level::High)).unwrap();
    let file = folder.path().join("sheet.pdf");
    std::fs::write(&file, document.finish().unwrap()).unwrap();
    let picture = ["-r", "200", "-gray", "-png"].map(Path::new);
    let pages = folder.path().join("page");
    poppler("pdftoppm", &[&picture[..], &[&file, &pages]].concat());
    let expected: Vec<String> = codes.iter().map(|code| address(code)).collect();
    assert_eq!(decoded(&folder.path().join("page-1.png")), expected);
    assert_eq!(
        decoded(&folder.path().join("page-2.png")),
        [address(CODES[1])]
    );
}

#[test]
fn the_text_of_a_sheet_can_be_searched() {
    let folder = tempfile::tempdir().unwrap();
    let mut document = Document::new(Vec::new(), Sheet::Filled).unwrap();
    document.add(&usual(CODES[0], Level::Medium)).unwrap();
    let file = folder.path().join("sheet.pdf");
    std::fs::write(&file, document.finish().unwrap()).unwrap();
    let text = poppler("pdftotext", &[&file, Path::new("-")]);
    for line in [
        "产品型号: TDR4996Z",
        "车身颜色: 珍珠白",
        "整车编码: 218622108311027",
        "浙品码",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn the_plain_picture_of_a_code_is_read_back() {
    for code in CODES {
        assert_eq!(
            decoded_bytes(&qr::png(&address(code)).unwrap()),
            [address(code)]
        );
    }
}

/// A terminal whose cells are 8 by 16 pixels, as a photo would show it.
#[test]
fn what_a_terminal_shows_is_read_back() {
    for code in CODES {
        let symbol = Symbol::new(&address(code), Level::Medium).unwrap();
        let text = symbol.terminal(Ink::BlackOnWhite);
        let lines: Vec<Vec<char>> = text
            .lines()
            .map(|line| line.chars().filter(|c| " █▀▄".contains(*c)).collect())
            .collect();
        let (columns, rows) = (lines[0].len(), lines.len());
        let (width, height) = (columns * 8, rows * 16);
        let mut gray = vec![255; width * height];
        for (at, pixel) in gray.iter_mut().enumerate() {
            let (x, y) = (at % width, at / width);
            let dark = match lines[y / 16][x / 8] {
                '█' => true,
                '▀' => y % 16 < 8,
                '▄' => y % 16 >= 8,
                _ => false,
            };
            *pixel = if dark { 0 } else { 255 };
        }
        let mut png = Vec::new();
        let (width, height) = (
            u32::try_from(width).unwrap(),
            u32::try_from(height).unwrap(),
        );
        let mut encoder = png::Encoder::new(&mut png, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder
            .write_header()
            .unwrap()
            .write_image_data(&gray)
            .unwrap();
        assert_eq!(decoded_bytes(&png), [address(code)]);
    }
}

/// What is printed today must be printed tomorrow: stickers of one batch look alike. To accept a
/// change, run with `SAOMA_GOLDEN=write` and look at the pictures.
#[test]
fn the_drawings_are_those_that_were_looked_at() {
    for code in &CODES[..3] {
        let (kind, _) = code.split_once('/').unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/labels/{kind}.svg"));
        let svg = usual(code, Level::Medium).svg();
        if std::env::var_os("SAOMA_GOLDEN").is_some_and(|mode| mode == "write") {
            std::fs::write(&path, &svg).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap();
        assert_eq!(svg, golden, "{kind}");
    }
}
