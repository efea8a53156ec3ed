namespace Navarch.Machinery.Cel;

/// <summary>An expression does not compile. The message is the one that tools know, with the place of each problem.</summary>
public sealed class CelException(string message) : Exception(message);

/// <summary>An evaluation has used up what it may cost; nothing in the expression can catch this.</summary>
public sealed class CelBudgetException() : Exception("operation cancelled: actual cost limit exceeded");
