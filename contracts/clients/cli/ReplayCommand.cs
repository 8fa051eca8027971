using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>
/// Sends recorded frames again. A line is a frame, or <c>{"at":"2026-01-31T12:00:00Z","frame":{…}}</c>, whose times give the pace.
/// </summary>
internal static class ReplayCommand
{
    private sealed record Line(int Number, DateTimeOffset? At, JsonObject Frame);

    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "JSON lines: frames, or {\"at\":…,\"frame\":{…}}." };
        var rate = new Option<double?>("--rate") { Description = "Frames a second instead of the recorded pace.", HelpName = "N" };
        var speed = new Option<double>("--speed") { Description = "Times the recorded pace.", DefaultValueFactory = _ => 1 };
        var command = new Command("replay", "Send recorded frames and print the replies.") { file, rate, speed };
        var target = new Target().AddTo(command);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(async () =>
        {
            var lines = await ReadAsync(parsed.GetValue(file)!, cancellationToken);
            var to = target.Options(parsed);
            var protocol = lines.Any(l => l.Frame.ContainsKey("kind")) ? 3 : to.Protocol;
            return await ReplayAsync(new() { Url = to.Url, Token = to.Token, Protocol = protocol }, lines, parsed.GetValue(rate), parsed.GetValue(speed), cancellationToken);
        }));
        return command;
    }

    private static async Task<IReadOnlyList<Line>> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new UserException($"there is no file {file}", "record one: each line a frame as it was sent");
        }

        var lines = new List<Line>();
        var number = 0;
        await foreach (var text in File.ReadLinesAsync(file.FullName, cancellationToken))
        {
            number++;
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            try
            {
                var json = JsonNode.Parse(text)!.AsObject();
                lines.Add(json["frame"] is JsonObject frame
                    ? new(number, json["at"] is { } at ? DateTimeOffset.Parse(at.GetValue<string>(), CultureInfo.InvariantCulture) : null, frame.DeepClone().AsObject())
                    : new(number, null, json));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
            {
                throw new UserException($"{file.Name}:{number}: {e.Message}", "each line is one JSON object");
            }
        }

        return lines;
    }

    private static async Task<int> ReplayAsync(TradingClientOptions to, IReadOnlyList<Line> lines, double? rate, double speed, CancellationToken cancellationToken)
    {
        await using var bot = await TradingClient.ConnectAsync(to, cancellationToken);
        var begin = to.Time.GetTimestamp();
        var zero = lines.FirstOrDefault(l => l.At is not null)?.At;
        var replies = new List<Task<bool>>();
        for (var i = 0; i < lines.Count; i++)
        {
            var due = rate is { } perSecond ? TimeSpan.FromSeconds(i / perSecond) : lines[i].At is { } at ? (at - zero!.Value) / speed : TimeSpan.Zero;
            var wait = due - to.Time.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, to.Time, cancellationToken);
            }

            replies.Add(SendAsync(bot, lines[i], cancellationToken));
            // As many as the server lets wait for their replies, not more.
            while (replies.Count(r => !r.IsCompleted) >= 500)
            {
                await Task.WhenAny(replies.Where(r => !r.IsCompleted));
            }
        }

        var done = await Task.WhenAll(replies);
        await Console.Error.WriteLineAsync($"{done.Length} sent, {done.Count(ok => !ok)} not accepted");
        return done.All(ok => ok) ? 0 : 1;
    }

    private static async Task<bool> SendAsync(TradingClient bot, Line line, CancellationToken cancellationToken)
    {
        var keyed = line.Frame.ContainsKey("decision_id") || line.Frame.ContainsKey("event_key") || (line.Frame["trace"] as JsonObject)?.ContainsKey("decision_id") == true;
        try
        {
            var reply = await bot.RequestAsync(line.Frame, keyed, cancellationToken: cancellationToken);
            await Console.Out.WriteLineAsync(reply.Raw.ValueKind == JsonValueKind.Undefined ? reply.Message : reply.Raw.GetRawText());
            return reply.Ok;
        }
        catch (Exception e) when (e is NoReplyException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync($"error: line {line.Number}: {e.Message}");
            return false;
        }
    }
}
