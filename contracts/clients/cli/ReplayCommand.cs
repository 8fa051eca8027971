using System.CommandLine;
using System.Text.Json;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Sends a recording again, at its own pace or another, and says what could not be sent.</summary>
internal static class ReplayCommand
{
    // As many as the server lets wait for their replies, not more.
    private const int Unanswered = 500;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "JSON lines: what listen printed, frames as they were sent, or {\"at\":…,\"frame\":{…}}." };
        var rate = new Option<double?>("--rate") { Description = "Frames a second instead of the recorded pace.", HelpName = "N", CustomParser = Spans.Positive };
        var speed = new Option<double?>("--speed") { Description = "Times the recorded pace. Default: 1.", HelpName = "N", CustomParser = Spans.Positive };
        var to = new Option<string[]>("--to") { Description = "Raise events for these groups or selectors instead of their own targets.", HelpName = "TARGET", AllowMultipleArgumentsPerToken = true };
        var run = new Option<string>("--run") { Description = "Name of this replay: the same events replayed under one name are raised once, under another name anew.", HelpName = "NAME", DefaultValueFactory = _ => "replay" };
        var command = new Command(
            "replay",
            "Send a recording and print the replies. Events take a trigger's token, and demo.json's first trigger where nothing else is said; decisions take a group's.")
        {
            file, rate, speed, to, run,
        };
        var target = new Target().AddTo(command, triggers: true);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(async () =>
        {
            target.Require(
                parsed,
                parsed.GetValue(rate) is not null && parsed.GetValue(speed) is not null ? $"{rate.Name} and {speed.Name}: both set the pace, give one of them" : null,
                // An event's id of 36 characters and a colon go with it into the key.
                parsed.GetValue(run) is { Length: 0 or > 91 } ? $"{run.Name}: 1 to 91 characters" : null);
            var lines = await Recording.ReadAsync(parsed.GetValue(file)!, parsed.GetValue(run)!, parsed.GetValue(to) ?? [], cancellationToken);
            var sendable = lines.Where(l => l.Frame is not null).ToArray();
            var isNewer = sendable.Any(l => l.Frame!.ContainsKey("kind"));
            if (isNewer && parsed.GetValue(to) is { Length: > 0 })
            {
                throw new UserException(
                    "--to: frames with kind (protocol 3) have no targets, they go to whom affected_symbols concerns",
                    "leave --to out, or record with --protocol 2");
            }

            var preferTrigger = target.IsOpen(parsed) && sendable.Any(l => l.Sender == Sender.Trigger) && sendable.All(l => l.Sender != Sender.Group);
            var options = target.Options(parsed, preferTrigger);
            await using var bot = await TradingClient.ConnectAsync(
                new() { Url = options.Url, Token = options.Token, Protocol = isNewer ? 3 : options.Protocol, Deadline = options.Deadline, Features = [], OnDisconnect = options.OnDisconnect }, cancellationToken);
            using var replay = new Replay(bot, parsed.GetValue(rate), parsed.GetValue(speed) ?? 1, options.Time);
            return await replay.RunAsync(lines, cancellationToken);
        }));
        return command;
    }

    private sealed class Replay(TradingClient bot, double? rate, double speed, TimeProvider time) : IDisposable
    {
        private readonly SemaphoreSlim _unanswered = new(Unanswered);
        private int _accepted;
        private int _duplicates;

        public void Dispose() => _unanswered.Dispose();

        public async Task<int> RunAsync(IReadOnlyList<Recorded> lines, CancellationToken cancellationToken)
        {
            var role = bot.Ack!.Symbol is null ? Sender.Trigger : Sender.Group;
            bool MaySend(Recorded line) => line.Frame is not null && (line.Sender == Sender.Anybody || line.Sender == role);
            var sent = lines.Where(MaySend).ToArray();
            var replies = await SendAsync(sent, cancellationToken);
            await Task.WhenAll(replies);

            await Console.Error.WriteLineAsync(
                $"{replies.Count} sent, {replies.Count - _accepted} not accepted{(_duplicates > 0 ? $", {_duplicates} sent before and not raised again" : "")}");
            foreach (var group in lines.Where(l => !MaySend(l)).GroupBy(l => (l.What, Why: l.WhyNot ?? NotOurs(l.Sender))))
            {
                await Console.Error.WriteLineAsync($"{group.Count()} skipped: {group.Key.What} {group.Key.Why}");
            }

            if (sent.Length == 0)
            {
                await Console.Error.WriteLineAsync("error: nothing in the file can be sent");
            }

            return sent.Length > 0 && _accepted == sent.Length ? 0 : 1;
        }

        private static string NotOurs(Sender sender) =>
            sender == Sender.Trigger
                ? "takes a trigger's token: --trigger NAME, --token-env or --token-file"
                : "takes a group's token: --group NAME, TRADING_GROUP_TOKEN, --token-env or --token-file";

        private async Task<IReadOnlyList<Task>> SendAsync(IReadOnlyList<Recorded> lines, CancellationToken cancellationToken)
        {
            var begin = time.GetTimestamp();
            var zero = lines.FirstOrDefault(l => l.At is not null)?.At;
            var replies = new List<Task>();
            foreach (var line in lines)
            {
                var due = rate is { } perSecond ? TimeSpan.FromSeconds(replies.Count / perSecond) : line.At is { } at ? (at - zero!.Value) / speed : TimeSpan.Zero;
                var wait = due - time.GetElapsedTime(begin);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, cancellationToken);
                }

                if (OutputReader.IsGone)
                {
                    break;
                }

                await _unanswered.WaitAsync(cancellationToken);
                replies.Add(SendAsync(line, replies.LastOrDefault() ?? Task.CompletedTask, cancellationToken));
            }

            return replies;
        }

        /// <param name="before">The reply to the frame before it is printed first, as it came first.</param>
        private async Task SendAsync(Recorded line, Task before, CancellationToken cancellationToken)
        {
            var frame = line.Frame!;
            var keyed = frame.ContainsKey("decision_id") || frame.ContainsKey("event_key") || frame["trace"]?["decision_id"] is not null;
            try
            {
                var reply = await bot.RequestAsync(frame, keyed, cancellationToken: cancellationToken);
                await before;
                Console.WriteLine(reply.Raw.ValueKind == JsonValueKind.Undefined ? reply.Message : reply.Raw.GetRawText());
                Interlocked.Add(ref _accepted, reply.Ok ? 1 : 0);
                Interlocked.Add(ref _duplicates, reply.Duplicate ? 1 : 0);
                foreach (var fault in reply.Ok ? [] : Outcome.Faults(reply))
                {
                    await Console.Error.WriteLineAsync($"error: line {line.Line}: {fault}");
                }
            }
            catch (Exception e) when (e is NoReplyException or InvalidOperationException)
            {
                await Console.Error.WriteLineAsync($"error: line {line.Line}: {e.Message}");
            }
            finally
            {
                _unanswered.Release();
            }
        }
    }
}
