using System.CommandLine;
using System.Text.Json.Nodes;
using TradingSystem.Client;

namespace TradingSystem.Cli;

/// <summary>Prints what a bot would get, one JSON line a frame; what happens to the connection goes to the error stream.</summary>
internal static class ListenCommand
{
    private static readonly string[] Kinds = [Recording.Ack, Recording.Event, Recording.OrderUpdate, Recording.ConfigUpdate, Recording.Gap];

    public static Command Create()
    {
        var since = new Option<long?>("--since") { Description = "Begin after this seq; 0 begins with the oldest frame that is held.", HelpName = "SEQ" };
        var kind = new Option<string[]>("--kind") { Description = $"Only these: {string.Join(", ", Kinds)}.", HelpName = "KIND", AllowMultipleArgumentsPerToken = true };
        var count = new Option<int?>("--count") { Description = "End after so many lines.", HelpName = "N" };
        kind.AcceptOnlyFromAmong(Kinds);
        var command = new Command("listen", "Print what is pushed as JSON lines until Ctrl-C; replay reads them.") { since, kind, count };
        var target = new Target().AddTo(command, triggers: true);
        command.SetAction((parsed, cancellationToken) => Target.RunAsync(() =>
        {
            target.Require(parsed, parsed.GetValue(count) < 1 ? $"{count.Name}: at least 1" : null, parsed.GetValue(since) < 0 ? $"{since.Name}: at least 0" : null);
            return ListenAsync(target.Options(parsed), parsed.GetValue(since), parsed.GetValue(kind) ?? [], parsed.GetValue(count), cancellationToken);
        }));
        return command;
    }

    private static async Task<int> ListenAsync(TradingClientOptions to, long? since, string[] kinds, int? count, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var printed = 0;

        Task Print(string kind, string line)
        {
            if ((kinds.Length == 0 || kinds.Contains(kind)) && (count is null || printed < count))
            {
                Console.Out.WriteLine(line);
                printed++;
            }

            if (printed >= count || OutputReader.IsGone)
            {
                done.TrySetResult();
            }

            return Task.CompletedTask;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await using var bot = await TradingClient.ConnectAsync(
                new()
                {
                    Url = to.Url,
                    Token = to.Token,
                    Protocol = to.Protocol,
                    Deadline = to.Deadline,
                    ResumeFrom = since,
                    OnAck = f => Print(Recording.Ack, f.Raw.GetRawText()),
                    OnEvent = f => Print(Recording.Event, f.Raw.GetRawText()),
                    OnOrder = f => Print(Recording.OrderUpdate, f.Raw.GetRawText()),
                    OnConfig = f => Print(Recording.ConfigUpdate, f.Raw.GetRawText()),
                    OnGap = f => Print(
                        Recording.Gap,
                        new JsonObject { ["type"] = Recording.Gap, ["after"] = f.After, ["first_seq"] = f.FirstSeq, ["last_seq"] = f.LastSeq }.ToJsonString()),
                    OnDisconnect = to.OnDisconnect,
                },
                over.Token);
            await Task.WhenAny(bot.Stopped, done.Task, OutputReader.LeftAsync(over.Token));
            return bot.Stopped.IsCompleted ? throw await bot.Stopped : 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how one stops listening.
            return 0;
        }
        finally
        {
            await over.CancelAsync();
        }
    }
}
