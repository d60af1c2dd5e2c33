//! Pictures of a record, as SVG.

use std::ops::Range;

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const WIDTH: u32 = 900;
const HEIGHT: u32 = 560;
const FONT: &str = "sans-serif";
const LABEL_SIZE: i32 = 15;
const DOT: i32 = 4;
/// Factor between the outmost points and the frame.
const ROOM: f64 = 1.6;
/// What we draw in the colour that stands out.
const OURS: &str = "keyfold";
const OUR_COLOUR: RGBColor = RGBColor(200, 30, 40);
const OTHERS: RGBColor = RGBColor(70, 90, 120);
/// Of curves, ours first.
const PALETTE: [RGBColor; 8] = [
    OUR_COLOUR,
    RGBColor(240, 140, 30),
    RGBColor(150, 60, 160),
    RGBColor(30, 110, 190),
    RGBColor(40, 140, 80),
    RGBColor(90, 90, 90),
    RGBColor(0, 160, 170),
    RGBColor(130, 100, 40),
];

/// A line with a name, or a dot if it has one point; its points from left to right.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What it stands for.
    pub name: String,
    /// Across and upwards.
    pub points: Vec<(f64, f64)>,
}

/// Named lines or dots between logarithmic axes. A name stands beside the last point.
pub fn draw(title: &str, x: &str, y: &str, curves: &[Curve]) -> Result<String> {
    let mut svg = String::new();
    let drawn = curves.iter().filter(|curve| !curve.points.is_empty());
    let curves: Vec<&Curve> = drawn.collect();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, HEIGHT)).into_drawing_area();
        area.fill(&WHITE).map_err(drawing)?;
        let points = || curves.iter().flat_map(|curve| curve.points.iter());
        let across = around(points().map(|point| point.0));
        let upwards = around(points().map(|point| point.1));
        let (columns, rows) = (ticks(&across), ticks(&upwards));
        let mut chart = ChartBuilder::on(&area)
            .caption(title, (FONT, 20))
            .margin(12)
            .x_label_area_size(45)
            .y_label_area_size(65)
            .build_cartesian_2d(
                across.log_scale().with_key_points(columns),
                upwards.log_scale().with_key_points(rows),
            )
            .map_err(drawing)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(BLACK.mix(0.08))
            .label_style((FONT, 14))
            .x_desc(x)
            .y_desc(y)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .draw()
            .map_err(drawing)?;
        let (across, upwards) = chart.plotting_area().get_pixel_range();
        let frame = Rectangle {
            left: across.start,
            top: upwards.start,
            right: across.end,
            bottom: upwards.end,
        };
        let names: Vec<&str> = curves.iter().map(|curve| &*curve.name).collect();
        let ends = curves.iter().filter_map(|curve| curve.points.last());
        let ends: Vec<(i32, i32)> = ends.map(|end| chart.backend_coord(end)).collect();
        let labels = labels(&names, &ends, frame);
        let lines = curves.iter().any(|curve| curve.points.len() > 1);
        let colours = colours(&names, lines);
        for (curve, &colour) in curves.iter().zip(&colours) {
            let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
            chart.draw_series(line).map_err(drawing)?;
            let dots = curve.points.iter();
            let dots = dots.map(|&point| Circle::new(point, DOT, colour.filled()));
            chart.draw_series(dots).map_err(drawing)?;
        }
        for (((name, &end), label), &colour) in names.iter().zip(&ends).zip(labels).zip(&colours) {
            draw_name(&area, name, end, label, colour).map_err(drawing)?;
        }
        area.present().map_err(drawing)?;
    }
    Ok(svg)
}

/// Dots are ours or those of others; lines have to be told apart.
fn colours(names: &[&str], lines: bool) -> Vec<RGBColor> {
    let palette = PALETTE.iter().copied().cycle();
    let colour = |(name, own): (&&str, RGBColor)| match (lines, name.starts_with(OURS)) {
        (true, _) => own,
        (false, true) => OUR_COLOUR,
        (false, false) => OTHERS,
    };
    names.iter().zip(palette).map(colour).collect()
}

/// The error of the drawing library, which borrows what is drawn on.
fn drawing(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw: {error}")
}

/// A range around all values, with room on both sides.
fn around(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (low, high) = values.fold((f64::MAX, f64::MIN_POSITIVE), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    low / ROOM..high * ROOM
}

/// One, two and five of every power of ten in a range of positive numbers.
fn ticks(range: &Range<f64>) -> Vec<f64> {
    let mut ticks = Vec::new();
    let mut power = 10_f64.powf(range.start.log10().floor());
    while power < range.end {
        ticks.extend([1.0, 2.0, 5.0].map(|step| step * power));
        power *= 10.0;
    }
    ticks.retain(|tick| range.contains(tick));
    ticks
}

/// `1500` as `1.5 k`.
fn short(value: f64) -> String {
    match value {
        value if value >= 1e6 => format!("{} M", value / 1e6),
        value if value >= 1e3 => format!("{} k", value / 1e3),
        value => format!("{}", (value * 1e6).round() / 1e6),
    }
}

fn draw_name<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    name: &str,
    place: (i32, i32),
    label: Label,
    colour: RGBColor,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    if label.far {
        let end = (label.middle(), label.place.bottom.midpoint(label.place.top));
        area.draw(&PathElement::new([place, end], colour.mix(0.4)))?;
        let behind = label.place;
        area.draw(&plotters::element::Rectangle::new(
            [(behind.left, behind.top), (behind.right, behind.bottom)],
            WHITE.mix(0.8).filled(),
        ))?;
    }
    let style = (FONT, LABEL_SIZE).into_text_style(area).color(&colour);
    let style = style.pos(Pos::new(HPos::Center, VPos::Top));
    area.draw(&Text::new(
        name.to_owned(),
        (label.middle(), label.place.top),
        style,
    ))
}

/// Pixels, the right and lower ones not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rectangle {
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
}

impl Rectangle {
    /// Pixels that both have.
    fn shared(self, other: Rectangle) -> i32 {
        let width = self.right.min(other.right) - self.left.max(other.left);
        let height = self.bottom.min(other.bottom) - self.top.max(other.top);
        width.max(0) * height.max(0)
    }

    fn area(self) -> i32 {
        (self.right - self.left) * (self.bottom - self.top)
    }
}

/// Where the name of a dot goes.
#[derive(Clone, Copy, Debug)]
struct Label {
    place: Rectangle,
    /// Not beside its dot: a line leads there.
    far: bool,
}

impl Label {
    fn middle(self) -> i32 {
        self.place.left.midpoint(self.place.right)
    }
}

/// A place for each name, one after the other: the nearest of those with the least of it over dots, over other names, or out
/// of the frame.
fn labels(names: &[&str], dots: &[(i32, i32)], frame: Rectangle) -> Vec<Label> {
    let around_dot = |&(x, y): &(i32, i32)| Rectangle {
        left: x - DOT,
        top: y - DOT,
        right: x + DOT,
        bottom: y + DOT,
    };
    let mut taken: Vec<Rectangle> = dots.iter().map(around_dot).collect();
    let mut labels = Vec::new();
    for (name, &(x, y)) in names.iter().zip(dots) {
        let letters = i32::try_from(name.len()).expect("names are short");
        let (width, height) = (letters * LABEL_SIZE * 6 / 10, LABEL_SIZE + 2);
        let best = candidates(width, height)
            .map(|(right, down, far)| {
                let (left, top) = (x + right - width / 2, y + down - height / 2);
                let place = Rectangle {
                    left,
                    top,
                    right: left + width,
                    bottom: top + height,
                };
                Label { place, far }
            })
            .min_by_key(|label| {
                let covered: i32 = taken.iter().map(|other| label.place.shared(*other)).sum();
                covered + label.place.area() - label.place.shared(frame)
            })
            .expect("there are candidates");
        taken.push(best.place);
        labels.push(best);
    }
    labels
}

/// Where a label of this size may have its middle, from its dot, the best first; and whether that is far from it.
fn candidates(width: i32, height: i32) -> impl Iterator<Item = (i32, i32, bool)> {
    let (beside, above) = (width / 2 + DOT + 4, height / 2 + DOT + 1);
    let near = [(beside, 0), (0, -above), (0, above), (-beside, 0)];
    let far = (1..=8).flat_map(move |step| {
        let down = above + step * height;
        [
            (beside, -down),
            (beside, down),
            (-beside, -down),
            (-beside, down),
        ]
    });
    let near = near.into_iter().map(|(right, down)| (right, down, false));
    near.chain(far.map(|(right, down)| (right, down, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_near_dots_keep_apart() {
        let frame = Rectangle {
            left: 0,
            top: 0,
            right: 500,
            bottom: 500,
        };
        let dots = [(250, 250), (252, 251), (249, 253), (255, 248), (251, 252)];
        let placed = labels(
            &["first", "second", "third", "fourth", "fifth"],
            &dots,
            frame,
        );
        for (index, label) in placed.iter().enumerate() {
            assert_eq!(label.place.shared(frame), label.place.area());
            for other in &placed[..index] {
                assert_eq!(label.place.shared(other.place), 0, "{label:?} {other:?}");
            }
        }
    }

    #[test]
    fn pictures_name_what_they_show() {
        let curve = |name: &str, points: &[(f64, f64)]| Curve {
            name: name.into(),
            points: points.into(),
        };
        let dots = [
            curve("keyfold", &[(1.0, 100.0)]),
            curve("fst", &[(2.5, 250.0)]),
        ];
        let picture = draw("sizes", "MB", "ns", &dots).unwrap();
        assert!(picture.contains("<svg") && picture.contains("keyfold") && picture.contains("fst"));
        let line = curve("keyvi", &[(1e6, 100.0), (1e7, 300.0)]);
        let picture = draw("scale", "keys", "ns", &[line]).unwrap();
        assert!(picture.contains("keyvi") && picture.contains("polyline"));
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(ticks(&(3.0..70.0)), [5.0, 10.0, 20.0, 50.0]);
    }
}
