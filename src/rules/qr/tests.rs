use super::*;

const VIN: &str = "https://www.pzcode.cn/vin/218622108311027";
const PWB: &str = "https://www.pzcode.cn/pwb/76392965TN21080500543B48V121513522";

fn symbol(text: &str, level: Level) -> Symbol {
    Symbol::new(text, level).unwrap()
}

#[test]
fn the_standards_examples_fit_in_small_symbols() {
    assert_eq!(symbol(VIN, Level::Medium).side(), 29, "version 3");
    assert_eq!(symbol(PWB, Level::Medium).side(), 33, "version 4");
}

#[test]
fn writing_the_code_as_digits_or_capitals_saves_a_version_at_level_h() {
    assert_eq!(symbol(VIN, Level::High).side(), 33, "version 4, not 5");
    assert_eq!(symbol(PWB, Level::High).side(), 41, "version 6, not 7");
}

#[test]
fn four_light_modules_surround_every_symbol() {
    let symbol = symbol(VIN, Level::Medium);
    let outer = symbol.outer();
    for x in 0..outer {
        for y in 0..outer {
            let edge = x.min(y).min(outer - 1 - x).min(outer - 1 - y);
            assert!(edge >= QUIET || !symbol.is_dark(x, y), "dark at {x}, {y}");
        }
    }
    assert!(symbol.is_dark(QUIET, QUIET), "the finder's corner");
}

#[test]
fn runs_cover_every_dark_module_once() {
    let symbol = symbol(PWB, Level::Medium);
    let mut seen = vec![0; symbol.side() * symbol.side()];
    for run in symbol.runs() {
        for x in run.x..run.x + run.len {
            seen[run.y * symbol.side() + x] += 1;
        }
    }
    let dark: Vec<i32> = symbol.dark.iter().map(|&dark| i32::from(dark)).collect();
    assert_eq!(seen, dark);
}

#[test]
fn the_drawing_is_one_path_on_white_and_titled() {
    let svg = svg(VIN).unwrap();
    assert!(svg.contains("viewBox=\"0 0 37 37\""), "{svg}");
    assert!(svg.contains(&format!("<title>{VIN}</title>")), "{svg}");
    assert!(svg.contains("shape-rendering=\"crispEdges\""), "{svg}");
    assert_eq!(svg.matches("<path").count(), 2, "paper and ink");
    assert!(svg.len() < 5_000, "{} bytes", svg.len());
}

#[test]
fn a_title_cannot_become_markup() {
    let svg = symbol(VIN, Level::Medium).svg("<script>&\"\u{1}");
    assert!(
        svg.contains("<title>&lt;script&gt;&amp;&quot; </title>"),
        "{svg}"
    );
}

#[test]
fn the_picture_is_one_bit_deep_and_small() {
    let png = png(VIN).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(&png))
        .read_info()
        .unwrap();
    assert_eq!(reader.info().size(), (296, 296));
    assert_eq!(reader.info().bit_depth, png::BitDepth::One);
    assert!(png.len() < 2_000, "{} bytes", png.len());
}

#[test]
fn a_terminal_shows_the_modules_in_half_lines_with_colours_of_its_own() {
    let symbol = symbol(VIN, Level::Medium);
    for (ink, inked) in [(Ink::BlackOnWhite, true), (Ink::Plain, false)] {
        let text = symbol.terminal(ink);
        assert_eq!(text.lines().count(), symbol.outer().div_ceil(2));
        assert_eq!(text.contains('\x1b'), ink == Ink::BlackOnWhite);
        for (row, line) in text.lines().enumerate() {
            let line = line.trim_start_matches("\x1b[38;5;16;48;5;231m");
            let line = line.trim_end_matches("\x1b[0m");
            assert_eq!(line.chars().count(), symbol.outer());
            for (x, c) in line.chars().enumerate() {
                let upper = matches!(c, '█' | '▀') == inked;
                let lower = matches!(c, '█' | '▄') == inked;
                assert_eq!(upper, symbol.is_dark(x, 2 * row));
                assert_eq!(lower, symbol.is_dark(x, 2 * row + 1));
            }
        }
    }
}

#[test]
fn what_no_symbol_holds_is_an_error_and_not_a_panic() {
    let text = "啊".repeat(2_000);
    assert_eq!(svg(&text), Err(QrError::TooLong { bytes: 6_000 }));
    assert!(symbol("", Level::Medium).png(usize::MAX / 2).is_err());
    assert!(symbol("", Level::Medium).png(0).is_err());
}

#[test]
fn room_to_spare_becomes_correction() {
    assert_eq!(symbol("saoma", Level::Medium), symbol("saoma", Level::High));
}
