//! A sticker as a drawing. One unit is one micrometre, so every number is whole.

use std::fmt::Write as _;

use super::{Face, Layout, Line, mm};
use crate::rules::qr;

/// System fonts that have the Chinese of a sticker, in the order a print shop is likely to have
/// them. Nothing is embedded: a font's licence is not ours to pass on.
const SANS: &str = "Helvetica, Arial, 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', \
                    'Microsoft YaHei', SimHei, sans-serif";
const MONO: &str = "'Courier New', Courier, 'Liberation Mono', 'Noto Sans Mono CJK SC', monospace";

impl Layout {
    /// The sticker as an SVG of its real size.
    pub fn svg(&self) -> String {
        let Self { width, height, .. } = self;
        let (module, left, top) = self.modules();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\"><title>{}</title>\n\
             <path fill=\"#fff\" d=\"M0 0h{width}v{height}H0z\"/>\n\
             <path shape-rendering=\"crispEdges\" \
             transform=\"translate({left} {top}) scale({module})\" d=\"M0 0{}\"/>\n",
            mm(*width),
            mm(*height),
            qr::escaped(&self.address),
            self.symbol.path(),
        );
        for line in &self.lines {
            text(&mut svg, line);
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn text(svg: &mut String, line: &Line) {
    let width = line.face.measure(&line.text, line.size);
    let (x, anchor) = if line.middle {
        (line.left + line.room / 2, " text-anchor=\"middle\"")
    } else {
        (line.left, "")
    };
    let (family, weight) = match line.face {
        Face::Sans => (SANS, ""),
        // Courier is a thin face; bold survives a thermal head.
        Face::Mono => (MONO, " font-weight=\"bold\""),
    };
    // textLength keeps the line in its room whatever font is found. Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{}\" font-size=\"{}\"{anchor}{weight} textLength=\"{width}\" \
         lengthAdjust=\"spacingAndGlyphs\" font-family=\"{family}\">{}</text>",
        line.baseline,
        line.size,
        qr::escaped(&line.text),
    );
}
