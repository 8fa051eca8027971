using Microsoft.AspNetCore.Http;

namespace TradingSystem.Hosting.Rest;

/// <summary>
/// Whose rows the caller may see: a trading group its own, a person all. The one place that knows; every handler of a route that is open to groups
/// (<see cref="GroupAccess"/>) has one and asks it before it answers.
/// </summary>
public sealed class GroupScope
{
    private readonly bool _isGroup;
    private readonly Guid _own;
    private bool _asked;

    private GroupScope(HttpContext http)
    {
        _isGroup = GroupClaims.IsGroup(http.User);
        // Without a group nothing is its own; authorization has refused it before.
        _own = GroupClaims.GroupOf(http.User) ?? Guid.Empty;
    }

    /// <summary>False for a group's request whose handler did not ask.</summary>
    internal bool MayAnswer => !_isGroup || _asked;

    /// <summary>The request's; the same for all who ask.</summary>
    public static GroupScope Of(HttpContext http)
    {
        if (http.Items.TryGetValue(typeof(GroupScope), out var known) && known is GroupScope scope)
        {
            return scope;
        }

        scope = new GroupScope(http);
        http.Items[typeof(GroupScope)] = scope;
        return scope;
    }

    /// <summary>For handlers: it is one of their parameters.</summary>
    public static ValueTask<GroupScope?> BindAsync(HttpContext http) => ValueTask.FromResult<GroupScope?>(Of(http));

    /// <summary>Of something that has one group: whether the caller may know that it is there.</summary>
    public bool Covers(Guid group)
    {
        _asked = true;
        return !_isGroup || group == _own;
    }

    /// <summary>
    /// Of a list: narrows the group that was asked for, null for all, to what the caller may see, or says why it may not.
    /// </summary>
    public RestError? Narrow(ref Guid? group)
    {
        _asked = true;
        if (!_isGroup)
        {
            return null;
        }

        if (group is { } wanted && wanted != _own)
        {
            return RestError.Forbidden("group_id", "the group of the token, or none", wanted.ToString());
        }

        group = _own;
        return null;
    }
}
