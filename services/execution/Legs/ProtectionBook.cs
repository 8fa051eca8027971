using TradingSystem.Contracts.Bus;
using TradingSystem.Contracts.Wire;
using TradingSystem.Execution.Limits;
using TradingSystem.Execution.Orders;

namespace TradingSystem.Execution.Legs;

/// <summary>
/// The waiting legs of an account, part of its ledger: what is set and changed here is saved with the fill that caused it. A position has
/// at most one leg of a kind, which covers all of it.
/// </summary>
public sealed class ProtectionBook(IEnumerable<ProtectionLeg> waiting)
{
    private readonly List<ProtectionLeg> _waiting = [.. waiting];
    private readonly List<ProtectionLeg> _new = [];
    private readonly List<ProtectionLeg> _restored = [];
    private readonly HashSet<ProtectionLeg> _changed = [];

    /// <summary>Not in the table yet, whatever became of them since.</summary>
    public IReadOnlyCollection<ProtectionLeg> New => _new;

    /// <summary>Lost from the table, or ended in it, and to wait again.</summary>
    public IReadOnlyCollection<ProtectionLeg> Restored => _restored;

    /// <summary>Waiting in the table and changed here.</summary>
    public IReadOnlyCollection<ProtectionLeg> Changed => _changed;

    public bool IsChanged => _new.Count + _restored.Count + _changed.Count > 0;

    public ProtectionLeg? Find(Guid id) => _waiting.Find(l => l.Id == id);

    public bool HasAny(Guid groupId, string symbol) => _waiting.Exists(l => l.GroupId == groupId && l.Symbol == symbol);

    public bool Has(Guid groupId, string symbol, string kind) => _waiting.Exists(l => l.GroupId == groupId && l.Symbol == symbol && l.Kind == kind);

    /// <summary>One of the kinds was set by what was accepted after <paramref name="at"/>.</summary>
    public bool IsNewer(Guid groupId, string symbol, bool stop, bool take, DateTimeOffset at) =>
        _waiting.Exists(l => l.GroupId == groupId && l.Symbol == symbol && l.CreatedAt > at && (l.Kind == LegKinds.StopLoss ? stop : take));

    /// <summary>The legs that a decision named replace those of the same kind; the others stay.</summary>
    public void Set(TradeDecision decision, Guid accountId, AskedProtection asked, decimal held, DateTimeOffset now)
    {
        Set(LegKinds.StopLoss, asked.StopLoss);
        Set(LegKinds.TakeProfit, asked.TakeProfit);

        void Set(string kind, decimal? trigger)
        {
            if (trigger is not { } price)
            {
                return;
            }

            if (_waiting.Find(l => l.GroupId == decision.GroupId && l.Symbol == decision.Symbol && l.Kind == kind) is { } before)
            {
                End(before, LegStatuses.Canceled, ReasonCodes.Replaced, now);
            }

            var leg = new ProtectionLeg
            {
                Id = OrderIds.Leg(decision.Id, LegKinds.Letter(kind)),
                DecisionId = decision.Id,
                Kind = kind,
                ClientOrderId = OrderIds.ClientOrder(decision.Id, LegKinds.Letter(kind)),
                AccountId = accountId,
                GroupId = decision.GroupId,
                GroupName = StoredText.Of(decision.GroupName) ?? "",
                Symbol = decision.Symbol,
                Side = SideWords.Of(held < 0m),
                TriggerPrice = price,
                Qty = Math.Abs(held),
                Status = LegStatuses.Waiting,
                ClientDecisionId = StoredText.Of(decision.DecisionId),
                TriggerEventId = decision.TriggerEventId,
                CorrelationId = StoredText.Of(decision.CorrelationId),
                CreatedAt = ControlStore.Micros(decision.CreatedAt),
                UpdatedAt = now,
            };
            _new.Add(leg);
            _waiting.Add(leg);
        }
    }

    /// <summary>The legs that were asked for stand where they were asked for, a new row each; the others stay.</summary>
    /// <param name="prices">On the instrument's grid.</param>
    /// <param name="entry">The decision that a position without legs rests on, null where nobody knows it.</param>
    public void Move(ProtectionMove move, AskedProtection prices, LegOrigin? entry, decimal held, DateTimeOffset now)
    {
        var origin = _waiting.Find(l => l.GroupId == move.GroupId && l.Symbol == move.Symbol) is { } stands ? LegOrigin.Of(stands) : entry;
        if (move.MovesStop)
        {
            Set(LegKinds.StopLoss, prices.StopLoss);
        }

        if (move.MovesTake)
        {
            Set(LegKinds.TakeProfit, prices.TakeProfit);
        }

        void Set(string kind, decimal? trigger)
        {
            if (_waiting.Find(l => l.GroupId == move.GroupId && l.Symbol == move.Symbol && l.Kind == kind) is { } before)
            {
                End(before, LegStatuses.Canceled, trigger is null ? ReasonCodes.ProtectionRemoved : ReasonCodes.Replaced, now);
            }

            if (trigger is not { } price)
            {
                return;
            }

            var leg = new ProtectionLeg
            {
                Id = OrderIds.Leg(move.Id, LegKinds.Letter(kind)),
                DecisionId = move.Id,
                ProtectsDecisionId = origin?.DecisionId,
                Kind = kind,
                ClientOrderId = OrderIds.ClientOrder(move.Id, LegKinds.Letter(kind)),
                AccountId = move.AccountId,
                GroupId = move.GroupId,
                GroupName = move.GroupName,
                Symbol = move.Symbol,
                Side = SideWords.Of(held < 0m),
                TriggerPrice = price,
                Qty = Math.Abs(held),
                Status = LegStatuses.Waiting,
                ClientDecisionId = origin?.ClientDecisionId,
                TriggerEventId = origin?.TriggerEventId,
                CorrelationId = origin is null ? move.CorrelationId : origin.CorrelationId,
                CreatedAt = ControlStore.Micros(move.CreatedAt),
                UpdatedAt = now,
            };
            _new.Add(leg);
            _waiting.Add(leg);
        }
    }

    /// <summary>A leg that its position stands without, to wait again.</summary>
    public void Restore(ProtectionPlan plan, decimal held, DateTimeOffset now)
    {
        var leg = new ProtectionLeg
        {
            Id = OrderIds.Leg(plan.DecisionId, LegKinds.Letter(plan.Kind)),
            DecisionId = plan.DecisionId,
            ProtectsDecisionId = plan.ProtectsDecisionId,
            Kind = plan.Kind,
            ClientOrderId = OrderIds.ClientOrder(plan.DecisionId, LegKinds.Letter(plan.Kind)),
            AccountId = plan.AccountId,
            GroupId = plan.GroupId,
            GroupName = plan.GroupName,
            Symbol = plan.Symbol,
            Side = plan.Side,
            TriggerPrice = OrderAnnouncements.Plain(plan.TriggerPrice),
            Qty = Math.Abs(held),
            Status = LegStatuses.Waiting,
            ClientDecisionId = plan.ClientDecisionId,
            TriggerEventId = plan.TriggerEventId,
            CorrelationId = plan.CorrelationId,
            CreatedAt = now,
            UpdatedAt = now,
        };
        _restored.Add(leg);
        _waiting.Add(leg);
    }

    /// <summary>The position is this large now: its legs cover all of it, and go with it. Nothing to do, and nothing done, where there are none.</summary>
    public void Follow(Guid groupId, string symbol, decimal held, DateTimeOffset now)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var leg = _waiting[i];
            if (leg.GroupId != groupId || leg.Symbol != symbol)
            {
                continue;
            }

            if (!leg.Closes(held))
            {
                End(leg, LegStatuses.Canceled, ReasonCodes.PositionClosed, now);
            }
            else if (leg.Qty != Math.Abs(held))
            {
                leg.Qty = Math.Abs(held);
                Change(leg, now);
            }
        }
    }

    /// <summary>The leg becomes its order, which closes the position; the other one goes.</summary>
    public void Trigger(ProtectionLeg leg, DateTimeOffset now)
    {
        End(leg, LegStatuses.Triggered, null, now);
        foreach (var other in _waiting.FindAll(l => l.GroupId == leg.GroupId && l.Symbol == leg.Symbol))
        {
            End(other, LegStatuses.Canceled, ReasonCodes.OtherLegFilled, now);
        }
    }

    /// <summary>All of it is in the table now; what was not there before.</summary>
    public IReadOnlyList<ProtectionLeg> Saved()
    {
        ProtectionLeg[] saved = [.. _new, .. _restored, .. _changed];
        _new.Clear();
        _restored.Clear();
        _changed.Clear();
        return saved;
    }

    private void End(ProtectionLeg leg, string status, ReasonCode? reason, DateTimeOffset now)
    {
        (leg.Status, leg.Reason) = (status, reason?.Word);
        _waiting.Remove(leg);
        Change(leg, now);
    }

    private void Change(ProtectionLeg leg, DateTimeOffset now)
    {
        leg.UpdatedAt = now;
        if (!_new.Contains(leg) && !_restored.Contains(leg))
        {
            _changed.Add(leg);
        }
    }
}
