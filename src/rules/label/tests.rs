use super::pdf::{Document, PdfError, Sheet};
use super::*;

const PUBLIC: &str = "https://www.pzcode.cn";

fn vehicle() -> Sticker {
    Sticker {
        code: Code::parse(Kind::Vin, "218622108311027").unwrap(),
        model: Some("TDR4996Z".into()),
        colour: Some("珍珠白".into()),
    }
}

fn battery(value: &str) -> Sticker {
    Sticker::of(Code::parse(Kind::Pwb, value).unwrap())
}

fn plate() -> Sticker {
    Sticker::of(Code::parse(Kind::Lic, "33010621822480").unwrap())
}

fn usual(sticker: &Sticker) -> Layout {
    let width = Sticker::usual_width(sticker.code.kind());
    sticker.layout(PUBLIC, Level::Medium, width).unwrap()
}

fn texts(layout: &Layout) -> Vec<&str> {
    layout.lines.iter().map(|line| line.text.as_str()).collect()
}

#[test]
fn the_vehicles_sticker_says_what_figure_a1_says() {
    let lines = [
        "产品型号: TDR4996Z",
        "车身颜色: 珍珠白",
        "整车编码: 218622108311027",
        "浙品码",
    ];
    assert_eq!(texts(&usual(&vehicle())), lines);
}

#[test]
fn the_batterys_sticker_breaks_its_lines_as_figure_b1_does() {
    let layout = usual(&battery("76392965TN21080500543B48V121513522"));
    assert_eq!(
        texts(&layout),
        ["76392965", "TN21080500543B", "48V121513522", "浙品码"]
    );
}

#[test]
fn the_plates_sticker_has_its_number_and_no_mark() {
    assert_eq!(texts(&usual(&plate())), ["33010621822480"]);
}

#[test]
fn the_symbol_holds_the_canonical_address_and_nothing_else() {
    for public in [PUBLIC, "https://www.pzcode.cn/"] {
        let layout = vehicle().layout(public, Level::Medium, 60 * MM).unwrap();
        assert_eq!(layout.address, "https://www.pzcode.cn/vin/218622108311027");
        assert_eq!(
            layout.symbol,
            Symbol::new(&layout.address, Level::Medium).unwrap()
        );
    }
}

#[test]
fn nothing_is_printed_in_the_quiet_zone_or_over_the_edge() {
    let longest = battery(&format!("76392965{}", "W".repeat(32)));
    for sticker in [vehicle(), plate(), longest] {
        let layout = usual(&sticker);
        let Square { left, top, side } = layout.place;
        for line in &layout.lines {
            let width = line.face.measure(&line.text, line.size);
            assert!(width <= line.room, "{line:?}");
            assert!(line.left + line.room <= layout.width, "{line:?}");
            assert!(line.baseline + line.size / 5 <= layout.height, "{line:?}");
            let beside = line.left >= left + side;
            let below = line.baseline - line.size * 9 / 10 >= top + side;
            assert!(beside || below, "{line:?}");
        }
    }
}

#[test]
fn a_sticker_too_small_to_scan_is_refused_and_the_size_that_would_do_is_named() {
    for sticker in [
        vehicle(),
        plate(),
        battery("76392965TN21080500543B48V121513522"),
    ] {
        for level in [Level::Medium, Level::High] {
            let refused = sticker.layout(PUBLIC, level, 10 * MM).unwrap_err();
            let LabelError::TooSmall { least, module, .. } = refused else {
                panic!("{refused}");
            };
            assert!(module < MODULE_MIN);
            let tight = sticker.layout(PUBLIC, level, least).unwrap();
            assert!(tight.modules().0 >= MODULE_MIN);
            let below = sticker.layout(PUBLIC, level, least - 200);
            assert!(
                matches!(below, Err(LabelError::TooSmall { .. })),
                "{below:?}"
            );
        }
    }
}

#[test]
fn dots_too_coarse_for_whole_modules_are_refused() {
    let tight = vehicle().layout(PUBLIC, Level::Medium, 34 * MM).unwrap();
    let refused = tight.png(160).unwrap_err();
    let LabelError::TooCoarse { least, .. } = refused else {
        panic!("{refused}");
    };
    let wider = vehicle().layout(PUBLIC, Level::Medium, least).unwrap();
    let answer = wider.png(160);
    assert!(
        !matches!(answer, Err(LabelError::TooCoarse { .. })),
        "{least}: {answer:?}"
    );
}

#[test]
fn text_that_dots_cannot_show_is_refused_and_the_dots_that_would_do_are_named() {
    let small = plate().layout(PUBLIC, Level::Medium, 15_600).unwrap();
    let refused = small.png(200).unwrap_err();
    let LabelError::Illegible { least, .. } = refused else {
        panic!("{refused}");
    };
    assert!(small.png(least).is_ok(), "at {least}");
}

#[test]
fn a_long_model_is_written_smaller_and_an_endless_one_is_refused() {
    let mut long = vehicle();
    long.model = Some("TDR4996Z-LITHIUM-48V12AH-CITY".into());
    let size = |sticker: &Sticker| usual(sticker).lines[0].size;
    assert!(size(&long) < size(&vehicle()));
    long.model = Some("型".repeat(60));
    let refused = long.layout(PUBLIC, Level::Medium, 60 * MM);
    assert!(
        matches!(refused, Err(LabelError::LineTooLong { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_record_cannot_write_markup_or_pdf_operators() {
    let mut sly = vehicle();
    sly.model = Some("</text>)\\(".into());
    let layout = usual(&sly);
    assert!(layout.svg().contains("&lt;/text&gt;)\\("));
    assert_eq!(layout.svg().matches("</text>").count(), 4);
    let mut page = String::new();
    let line = &layout.lines[0];
    pdf::text(&mut page, line, 0, 0);
    assert!(page.contains(r"(: </text>\)\\\() Tj"), "{page}");
}

#[test]
fn a_page_is_written_when_it_is_full() {
    let sheet = Sheet::Grid {
        columns: 3,
        rows: 8,
    };
    let mut document = Document::new(Vec::new(), sheet).unwrap();
    let layout = usual(&vehicle());
    for _ in 0..25 {
        document.add(&layout).unwrap();
    }
    let file = String::from_utf8_lossy(&document.finish().unwrap()).into_owned();
    assert!(file.contains("/Count 2/Kids[10 0 R 12 0 R]"), "two pages");
    assert!(file.ends_with("%%EOF\n"));
}

#[test]
fn every_object_begins_where_the_index_says() {
    let mut document = Document::new(Vec::new(), Sheet::Roll).unwrap();
    document.add(&usual(&vehicle())).unwrap();
    document.add(&usual(&plate())).unwrap();
    let file = document.finish().unwrap();
    let start = file.windows(5).rposition(|five| five == b"xref\n");
    // The last "xref" is within "startxref".
    let index = file
        .windows(7)
        .position(|seven| seven == b"\nxref\n0")
        .unwrap()
        + 1;
    assert!(start.unwrap() > index);
    let lines = String::from_utf8_lossy(&file[index..]).into_owned();
    let offsets = lines.lines().filter(|line| line.ends_with(" n "));
    for (at, line) in offsets.enumerate() {
        let offset: usize = line.split(' ').next().unwrap().parse().unwrap();
        let head = format!("{} 0 obj\n", at + 1);
        assert!(
            file[offset..].starts_with(head.as_bytes()),
            "object {}",
            at + 1
        );
    }
}

#[test]
fn more_stickers_than_a_sheet_holds_are_refused_and_the_number_that_fits_is_named() {
    let sheet = Sheet::Grid {
        columns: 4,
        rows: 8,
    };
    let refused = Document::new(Vec::new(), sheet)
        .unwrap()
        .add(&usual(&vehicle()))
        .unwrap_err();
    let PdfError::Label(LabelError::SheetTooSmall {
        fit_columns,
        fit_rows,
        ..
    }) = refused
    else {
        panic!("{refused}");
    };
    assert_eq!((fit_columns, fit_rows), (3, 8));
    let narrower = sheet.widest((60 * MM, 27 * MM));
    let layout = vehicle().layout(PUBLIC, Level::Medium, narrower).unwrap();
    Document::new(Vec::new(), sheet)
        .unwrap()
        .add(&layout)
        .unwrap();
}

#[test]
fn the_same_stickers_make_the_same_file() {
    let file = || {
        let mut document = Document::new(Vec::new(), Sheet::Filled).unwrap();
        document.add(&usual(&vehicle())).unwrap();
        document.finish().unwrap()
    };
    assert_eq!(file(), file());
}
