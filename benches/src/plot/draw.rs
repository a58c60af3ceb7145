//! The picture: a line for each row, on it a dot for taut and a ring for the best peer.

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::read::{Results, Row};

const WIDTH: i32 = 940;
const ROW: i32 = 20;
const TOP: i32 = 88;
const BOTTOM: i32 = 40;
/// The names of the rows end here, and the scale begins.
const LEFT: i32 = 170;
/// Where the scale ends, and the names of the peers begin.
const RIGHT: i32 = 740;
/// The ends of the scale, as powers of two. What lies beyond is drawn at the end.
const SCALE: (i32, i32) = (-4, 3);

const TAUT: RGBColor = RGBColor(0, 90, 181);
const PEER: RGBColor = RGBColor(200, 80, 0);
const TEXT: RGBColor = RGBColor(40, 40, 40);
const FAINT: RGBColor = RGBColor(225, 225, 225);
const GO: RGBColor = RGBColor(110, 110, 110);

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

pub(super) fn svg(results: &Results) -> Result<String> {
    let rows = i32::try_from(results.rows.len())?;
    let size = (WIDTH.try_into()?, (y(rows) + BOTTOM).try_into()?);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(&area, results, y(rows)).map_err(|error| anyhow!("the picture: {error}"))?;
    }
    Ok(text)
}

fn draw(area: &Area<'_>, results: &Results, bottom: i32) -> Result<()> {
    area.fill(&WHITE)?;
    head(area, &results.caption)?;
    scale(area, bottom)?;
    for (index, row) in (0..).zip(&results.rows) {
        line(area, row, y(index) + 4)?;
    }
    area.present()?;
    Ok(())
}

fn head(area: &Area<'_>, caption: &str) -> Result<()> {
    let title = "Cost of an operation, relative to Go: left is cheaper";
    write(area, title, (LEFT, 20), 17, HPos::Left, TEXT)?;
    write(area, caption, (LEFT, 40), 12, HPos::Left, GO)?;
    area.draw(&Circle::new((LEFT + 5, 60), 5, TAUT.filled()))?;
    write(area, "taut", (LEFT + 16, 60), 13, HPos::Left, TEXT)?;
    area.draw(&Circle::new((LEFT + 75, 60), 5, PEER.stroke_width(2)))?;
    write(area, "the best peer, named at the right", (LEFT + 86, 60), 13, HPos::Left, TEXT)
}

fn scale(area: &Area<'_>, bottom: i32) -> Result<()> {
    for power in SCALE.0..=SCALE.1 {
        let at = x(2f64.powi(power));
        let colour = if power == 0 { GO } else { FAINT };
        let ends = [(at, TOP - 8), (at, bottom)];
        area.draw(&PathElement::new(ends, colour.stroke_width(1)))?;
        let label = match power {
            0 => "Go".to_owned(),
            _ if power < 0 => format!("1/{}", 1 << -power),
            _ => format!("{}", 1 << power),
        };
        write(area, &label, (at, bottom + 14), 12, HPos::Center, TEXT)?;
    }
    Ok(())
}

fn line(area: &Area<'_>, row: &Row, at: i32) -> Result<()> {
    write(area, &row.name, (LEFT - 12, at), 13, HPos::Right, TEXT)?;
    if let Some((peer, name)) = &row.peer {
        area.draw(&PathElement::new([(x(row.taut), at), (x(*peer), at)], GO.stroke_width(1)))?;
        area.draw(&Circle::new((x(*peer), at), 5, WHITE.filled()))?;
        area.draw(&Circle::new((x(*peer), at), 5, PEER.stroke_width(2)))?;
        write(area, name, (RIGHT + 14, at), 12, HPos::Left, PEER)?;
    }
    area.draw(&Circle::new((x(row.taut), at), 5, TAUT.filled()))?;
    Ok(())
}

fn write(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    size: i32,
    side: HPos,
    colour: RGBColor,
) -> Result<()> {
    let font = ("sans-serif", size).into_font().color(&colour);
    let style = font.pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text, at, style))?;
    Ok(())
}

/// Where a ratio stands on the scale.
fn x(ratio: f64) -> i32 {
    let (low, high) = (f64::from(SCALE.0), f64::from(SCALE.1));
    let share = (ratio.log2().clamp(low, high) - low) / (high - low);
    #[expect(clippy::cast_possible_truncation, reason = "between LEFT and RIGHT")]
    let offset = (share * f64::from(RIGHT - LEFT)).round() as i32;
    LEFT + offset
}

/// The top of a line.
fn y(index: i32) -> i32 {
    TOP + ROW * index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_logarithmic_and_ends() {
        let one = x(1.0);
        assert_eq!(one - x(0.5), x(2.0) - one);
        assert_eq!((x(0.0), x(1e9)), (LEFT, RIGHT));
    }

    #[test]
    fn every_row_and_its_peer_are_named() {
        let row = |name: &str| Row {
            name: name.into(),
            taut: 0.5,
            peer: Some((2.0, format!("peer of {name}"))),
        };
        let results = Results { caption: "then".into(), rows: vec![row("one"), row("two")] };
        let svg = svg(&results).expect("it can be drawn");
        for text in ["one", "two", "peer of one", "peer of two", "then", "1/16"] {
            assert!(svg.contains(text), "`{text}` is missing");
        }
    }
}
