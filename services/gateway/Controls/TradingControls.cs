using MassTransit;
using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;

namespace TradingSystem.Gateway.Controls;

/// <summary>
/// What execution said is held back, so that a bot hears it in the reply and not only in an order update. Execution itself refuses what
/// comes through in between. While execution says nothing, the last word holds.
/// </summary>
public sealed class TradingControls
{
    private sealed record View(long Generation, string? OfAll, IReadOnlyDictionary<Guid, string> ByGroup);

    private View _view = new(0, null, new Dictionary<Guid, string>());

    /// <summary>What holds back the group's decisions, in words; null where nothing does. What may only reduce is execution's to judge.</summary>
    public string? Hold(Guid groupId)
    {
        var view = Volatile.Read(ref _view);
        return view.OfAll ?? view.ByGroup.GetValueOrDefault(groupId);
    }

    public void Put(ControlStates states)
    {
        // Nodes of execution tell each for itself; an older word must not undo a newer one.
        if (!states.Full || states.Generation < Volatile.Read(ref _view).Generation)
        {
            return;
        }

        string? all = null;
        var groups = new Dictionary<Guid, string>();
        foreach (var item in states.Items)
        {
            var word = item.State == TradingStates.Halted ? item.State : item.Mode is TradingModes.Paused or TradingModes.Stopped ? item.Mode : null;
            if (word is null)
            {
                continue;
            }

            var hold = $"{item.Scope} is {word}";
            if (item.Scope == "system")
            {
                all = hold;
            }

            foreach (var group in item.Groups)
            {
                groups.TryAdd(group, hold);
            }
        }

        Volatile.Write(ref _view, new View(states.Generation, all, groups));
    }
}

public sealed class ControlStatesConsumer(TradingControls controls) : IConsumer<ControlStates>
{
    public Task Consume(ConsumeContext<ControlStates> context)
    {
        controls.Put(context.Message);
        return Task.CompletedTask;
    }
}
