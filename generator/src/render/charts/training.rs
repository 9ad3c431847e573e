//! The curves of training: loss above, validation accuracy below, over the same epochs.

use super::canvas::{Anchor, Canvas, draw, text_width, ticks};
use super::{ChartError, Layout, ink::Ink, svg::Svg};
use crate::render::environment::percent;
use crate::render::report::{Report, Training};

/// Steps drawn at most; more are averaged in groups.
const STEP_MARKS: usize = 300;

/// Draws the loss of steps and epochs, and the validation accuracy where it was measured.
pub(crate) fn training(report: &Report, layout: Layout) -> Result<String, ChartError> {
    let training = &report.training;
    let measured = training.epochs.iter().any(|epoch| epoch.validation_accuracy.is_some());
    let width = layout.width();
    let panel = layout.pick(190.0, 150.0);
    let gap = 52.0;
    let height = 32.0 + panel + if measured { gap + panel } else { 0.0 } + 44.0;

    let svg = Svg {
        id: layout.pick("chart-training", "chart-training-narrow").into(),
        class: layout.class(),
        title: "Training: loss and validation accuracy by epoch".into(),
        description: description(training),
    };
    draw(&svg, (width, height), |canvas| {
        let losses = || training.step_losses.iter().chain(training.epochs.iter().map(|e| &e.train_loss));
        let top_loss = f64::from(losses().copied().fold(0.0_f32, f32::max)).max(1e-6);
        let frame = Frame {
            left: 46.0,
            right: width - 12.0,
            top: 32.0,
            bottom: 32.0 + panel,
            epochs: training.epochs.len().max(1) as f64,
            // A loss is drawn from 0, so that its fall is not exaggerated.
            high: top_loss * 1.05,
        };
        frame.axes(canvas, "loss", |value| format!("{value:.2}"), !measured)?;
        draw_losses(canvas, &frame, training)?;
        if measured {
            let top = frame.bottom + gap;
            let frame = Frame { top, bottom: top + panel, high: 1.0, ..frame };
            frame.axes(canvas, "validation accuracy", percent, true)?;
            let points: Vec<_> = training
                .epochs
                .iter()
                .filter_map(|e| Some(frame.at(f64::from(e.epoch), e.validation_accuracy?)))
                .collect();
            polyline(canvas, &points, 2.0, Ink::Accent, 1.0)?;
            draw_best(canvas, &frame, training)?;
        }
        Ok(())
    })
}

fn description(training: &Training) -> String {
    let ends = training.epochs.first().zip(training.epochs.last());
    let fall = ends.map_or(String::new(), |(first, last)| {
        format!("The mean loss goes from {:.3} to {:.3} in {} epochs. ", first.train_loss, last.train_loss, last.epoch)
    });
    format!("{fall}The table holds the numbers.")
}

/// A panel: epochs from 0 on x, values from 0 on y.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    epochs: f64,
    high: f64,
}

impl Frame {
    fn at(&self, epoch: f64, value: f64) -> (f64, f64) {
        let x = self.left + (self.right - self.left) * epoch / self.epochs;
        (x, self.bottom - (self.bottom - self.top) * value / self.high)
    }

    fn axes(
        &self,
        canvas: &Canvas<'_>,
        name: &str,
        label: impl Fn(f64) -> String,
        last: bool,
    ) -> Result<(), ChartError> {
        canvas.text(name, (0.0, self.top - 21.0), 12.5, Ink::Text, Anchor::Start)?;
        for value in ticks(0.0, self.high, 6) {
            let (_, y) = self.at(0.0, value);
            canvas.line(&[(self.left, y), (self.right, y)], 1.0, Ink::Line, 1.0)?;
            canvas.text(&label(value), (self.left - 8.0, y), 12.0, Ink::Muted, Anchor::End)?;
        }
        if last {
            let step = (self.epochs / 8.0).ceil().max(1.0) as usize;
            for epoch in (0..=self.epochs as usize).step_by(step) {
                let (x, _) = self.at(epoch as f64, 0.0);
                canvas.line(&[(x, self.bottom), (x, self.bottom + 4.0)], 1.0, Ink::Muted, 1.0)?;
                canvas.text(&epoch.to_string(), (x, self.bottom + 14.0), 12.0, Ink::Muted, Anchor::Middle)?;
            }
            canvas.text("epoch", (self.right, self.bottom + 32.0), 12.0, Ink::Muted, Anchor::End)?;
        }
        Ok(())
    }
}

fn draw_losses(canvas: &Canvas<'_>, frame: &Frame, training: &Training) -> Result<(), ChartError> {
    let steps = &training.step_losses;
    if let (false, Some(per_epoch)) = (steps.is_empty(), Some(training.steps_per_epoch).filter(|&n| n > 0)) {
        let group = steps.len().div_ceil(STEP_MARKS);
        let points: Vec<_> = steps
            .chunks(group)
            .enumerate()
            .map(|(i, losses)| {
                let mean = losses.iter().copied().map(f64::from).sum::<f64>() / losses.len() as f64;
                let step = (i * group) as f64 + losses.len() as f64 / 2.0;
                frame.at((step / f64::from(per_epoch)).min(frame.epochs), mean)
            })
            .collect();
        polyline(canvas, &points, 1.0, Ink::Muted, 0.6)?;
    }
    // The mean of an epoch belongs to its middle.
    let points: Vec<_> =
        training.epochs.iter().map(|e| frame.at(f64::from(e.epoch) - 0.5, f64::from(e.train_loss))).collect();
    polyline(canvas, &points, 2.0, Ink::Accent, 1.0)
}

fn draw_best(canvas: &Canvas<'_>, frame: &Frame, training: &Training) -> Result<(), ChartError> {
    let best = training.best_epoch.and_then(|best| training.epochs.get(best as usize - 1));
    let Some((best, accuracy)) = best.and_then(|best| Some((best, best.validation_accuracy?))) else { return Ok(()) };
    let at = frame.at(f64::from(best.epoch), accuracy);
    canvas.dashes(at, (at.0, frame.bottom))?;
    canvas.dot(at, 4.5, Ink::Accent, 1.0)?;
    let label = format!("epoch {} kept: {}", best.epoch, percent(accuracy));
    let half = text_width(&label, 12.5) / 2.0;
    let x = at.0.clamp(frame.left + half, (frame.right - half).max(frame.left + half));
    let y = if at.1 - frame.top > 30.0 { at.1 - 16.0 } else { at.1 + 20.0 };
    canvas.text(&label, (x, y), 12.5, Ink::Label, Anchor::Middle)
}

/// A line, or a dot where there is a single point.
fn polyline(canvas: &Canvas<'_>, points: &[(f64, f64)], width: f64, ink: Ink, opacity: f64) -> Result<(), ChartError> {
    match points {
        [] => Ok(()),
        &[point] => canvas.dot(point, width + 1.0, ink, opacity),
        points => canvas.line(points, width, ink, opacity),
    }
}
