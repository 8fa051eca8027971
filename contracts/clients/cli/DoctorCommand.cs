using System.CommandLine;

namespace TradingSystem.Cli;

/// <summary><c>bot doctor</c>: one line a check, and for each that fails what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var watch = Spans.Option("--watch", "How long to watch the order of pushed frames. Default: 3s.");
        var command = new Command("doctor", "Check address, token, clock, round trip, decisions, order of frames and resume.") { watch };
        var target = new Target().AddTo(command, triggers: true);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(async () =>
        {
            target.Require(parsed);
            var report = new Report(Console.Out, Console.IsOutputRedirected);
            var doctor = new Doctor(target.Options(parsed), report, parsed.GetValue(watch) ?? TimeSpan.FromSeconds(3));
            await doctor.ExamineAsync(cancellationToken);
            return report.Finish();
        }));
        return command;
    }
}

/// <summary>Prints findings as they come and counts them.</summary>
internal sealed class Report(TextWriter output, bool plain)
{
    private int _good;
    private int _warnings;
    private int _errors;

    public void Ok(string check, string text)
    {
        _good++;
        Line("ok", "32", check, text, null);
    }

    public void Warn(string check, string text, string help)
    {
        _warnings++;
        Line("warn", "33", check, text, help);
    }

    public void Error(string check, string text, string help)
    {
        _errors++;
        Line("error", "31", check, text, help);
    }

    public int Finish()
    {
        output.WriteLine();
        output.WriteLine($"{_good} ok, {_warnings} {(_warnings == 1 ? "warning" : "warnings")}, {_errors} {(_errors == 1 ? "error" : "errors")}");
        return _errors == 0 ? 0 : 1;
    }

    private void Line(string level, string colour, string check, string text, string? help)
    {
        output.WriteLine(plain ? $"{level,-6} {check,-11} {text}" : $"\e[{colour}m{level,-6}\e[0m {check,-11} {text}");
        if (help is not null)
        {
            output.WriteLine($"       help: {help}");
        }

        output.Flush();
    }
}
