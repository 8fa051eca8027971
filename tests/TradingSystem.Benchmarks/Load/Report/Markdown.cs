using System.Globalization;
using System.Text;
using TradingSystem.Benchmarks.Load.Measure;
using TradingSystem.Benchmarks.Load.Options;
using TradingSystem.Benchmarks.Load.Rows;

namespace TradingSystem.Benchmarks.Load.Report;

/// <summary>The tables that people read.</summary>
internal static class Markdown
{
    public static string Write(string title, string command, Machine machine, LoadOptions options, IReadOnlyList<Result> medians)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# {title}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {machine}  ");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"Command: `{command}`; every new process is loaded until its run-time has compiled what is hot (at most {options.PreWarm.TotalSeconds:0.#} s), then {options.WarmUp.TotalSeconds:0.#} s warm-up, {options.Time.TotalSeconds:0.#} s measured, median of {options.Repeat}  ");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"P: {string.Join(", ", options.Services)}, each a process, with RabbitMQ (quorum queues) and PostgreSQL (fsync on); E: all six services in one process with PostgreSQL (fsync on).  ");
        text.AppendLine(
            "R: plain RabbitMQ.Client, one message and one confirm per event, one INSERT per order, gateway and execution in one process, no diary rows; M: in memory, nothing durable.  ");
        text.AppendLine(
            "Client, servers and peer share the cores; peers take turns row by row, and those that wait are stopped. Sustained: the time to work off what was accepted counts too.");
        if (options.Note is not null)
        {
            text.AppendLine().AppendLine(options.Note);
        }

        Figures(text, medians);
        OtherFigures(text, medians);
        Reached(text, medians);
        Cpu(text, medians);
        return text.ToString();
    }

    private static void Figures(StringBuilder text, IReadOnlyList<Result> medians)
    {
        text.AppendLine().AppendLine("## Figures").AppendLine();
        text.AppendLine("| work | peer | per second | sustained | p50 ms | p99 ms | p99.9 ms | broker backlog at the end | worked off after, s | failed |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var row in Row.All)
        {
            foreach (var r in medians.Where(m => m.Row == row.Name))
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {row.Title} | {r.Peer} | {r.Rate:N0} | {(r.Sustained > 0 ? r.Sustained.ToString("N0", CultureInfo.InvariantCulture) : "")} | {Ms(r.P50)} | {Ms(r.P99)} | {Ms(r.P999)} | {r.Backlog:N0} | {r.DrainSeconds:0.0} | {r.Failed}{(r.Note is null ? "" : ": " + r.Note.Replace('|', '/'))} |");
            }
        }
    }

    private static void OtherFigures(StringBuilder text, IReadOnlyList<Result> medians)
    {
        if (medians.All(m => m.Values.Count == 0))
        {
            return;
        }

        text.AppendLine().AppendLine("| work | peer | figure | value |").AppendLine("|---|---|---|---|");
        foreach (var r in medians)
        {
            foreach (var (name, value) in r.Values)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"| {r.Row} | {r.Peer} | {name} | {value:#,0.##} |");
            }
        }
    }

    private static void Reached(StringBuilder text, IReadOnlyList<Result> medians)
    {
        text.AppendLine().AppendLine("## Goals").AppendLine();
        text.AppendLine("| work | goal | reached | |").AppendLine("|---|---|---|---|");
        foreach (var goal in Goal.All)
        {
            if (goal.Reached(medians) is { } reached)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {goal.Row} | {goal.Text} | {reached:0.00}{(goal.Against is null ? "" : " " + goal.Against)} | {(goal.Holds(reached) ? "yes" : "no")} |");
            }
        }
    }

    private static void Cpu(StringBuilder text, IReadOnlyList<Result> medians)
    {
        var processes = medians.SelectMany(m => m.Cpu.Keys).Distinct().ToList();
        text.AppendLine().AppendLine("## CPU seconds per 10,000 (deliveries, events, decisions, connects)").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| work | peer | {string.Join(" | ", processes)} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|---|---|{string.Concat(Enumerable.Repeat("---|", processes.Count))}");
        foreach (var r in medians.Where(m => m.Cpu.Count > 0))
        {
            var cells = processes.Select(p => r.Cpu.TryGetValue(p, out var cpu) ? cpu.ToString("0.000", CultureInfo.InvariantCulture) : "");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {r.Row} | {r.Peer} | {string.Join(" | ", cells)} |");
        }
    }

    private static string Ms(double value) =>
        double.IsNaN(value) || value == 0 ? "" : value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
}
