//! `select!` itself.
//!
//! # How it expands
//!
//! `__select_arms!` takes the source apart, arm by arm, and gives each arm a variant of `Out` and its
//! number; `__select_run!` writes the code. In the expansion nothing of the user's is inside a loop, a
//! closure or an async block of ours, so `?`, `break`, `continue`, `return` and `.await` mean what they
//! mean outside; and no item of ours is where a handler could see it.
//!
//! A pattern that may not match is tried by a `match` whose guard notes that it came that far and then
//! says no: a guard looks at what its pattern binds without moving it, so the output is still whole
//! when the handler's own `match` takes it apart.

/// Waits for one of several operations, which may be sends.
#[macro_export]
macro_rules! select {
    () => {
        match $crate::__private::forever().await {}
    };
    (biased; $($rest:tt)*) => {
        $crate::__select_start!((true) $($rest)*)
    };
    ($($rest:tt)*) => {
        $crate::__select_start!((false) $($rest)*)
    };
}

/// Hands out the names: the variant and the number of each arm.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_start {
    ($biased:tt $($rest:tt)*) => {
        $crate::__select_arms!{
            (
                (A 0) (B 1) (C 2) (D 3) (E 4) (F 5) (G 6) (H 7) (I 8) (J 9) (K 10) (L 11) (M 12)
                (N 13) (O 14) (P 15) (Q 16) (R 17) (S 18) (T 19) (U 20) (V 21) (W 22) (X 23) (Y 24)
                (Z 25) (AA 26) (AB 27) (AC 28) (AD 29) (AE 30) (AF 31) (AG 32) (AH 33) (AI 34)
                (AJ 35) (AK 36) (AL 37) (AM 38) (AN 39) (AO 40) (AP 41) (AQ 42) (AR 43) (AS 44)
                (AT 45) (AU 46) (AV 47) (AW 48) (AX 49) (AY 50) (AZ 51) (BA 52) (BB 53) (BC 54)
                (BD 55) (BE 56) (BF 57) (BG 58) (BH 59) (BI 60) (BJ 61) (BK 62) (BL 63)
            )
            $biased () () ()
            $($rest)*
        }
    };
}

/// Takes the source apart: `(names) (biased) (default) (else) (arms) source`.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_arms {
    // All is read.
    ($names:tt $biased:tt $default:tt $else:tt $arms:tt) => {
        $crate::__select_run!{ $biased $default $else $arms }
    };

    // `default`, in its four spellings.
    ($n:tt $b:tt () $e:tt $a:tt default => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b ($h) $e $a $($rest)* }
    };
    ($n:tt $b:tt () $e:tt $a:tt default => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b ($h) $e $a $($rest)* }
    };
    ($n:tt $b:tt () $e:tt $a:tt default => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b ($h) $e $a $($rest)* }
    };
    ($n:tt $b:tt () $e:tt $a:tt default => $h:expr) => {
        $crate::__select_arms!{ $n $b ($h) $e $a }
    };
    ($n:tt $b:tt ($d:expr) $e:tt $a:tt default => $($rest:tt)*) => {
        ::core::compile_error!("select!: there are two `default`s; remove one of them")
    };

    // `else`.
    ($n:tt $b:tt $d:tt () $a:tt else => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b $d ($h) $a $($rest)* }
    };
    ($n:tt $b:tt $d:tt () $a:tt else => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b $d ($h) $a $($rest)* }
    };
    ($n:tt $b:tt $d:tt () $a:tt else => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b $d ($h) $a $($rest)* }
    };
    ($n:tt $b:tt $d:tt () $a:tt else => $h:expr) => {
        $crate::__select_arms!{ $n $b $d ($h) $a }
    };
    ($n:tt $b:tt $d:tt ($e:expr) $a:tt else => $($rest:tt)*) => {
        ::core::compile_error!("select!: there are two `else`s; remove one of them")
    };

    // Tokens that would end the parser's patience in a pattern or an expression below.
    ($n:tt $b:tt $d:tt $e:tt $a:tt default $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: after `default` comes `=>` and a handler, followed by a comma unless it is a \
             block: `default => handler,`"
        )
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt else $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: after `else` comes `=>` and a handler, followed by a comma unless it is a \
             block: `else => handler,`"
        )
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt biased; $($rest:tt)*) => {
        ::core::compile_error!("select!: `biased;` is said once, in front of all arms")
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt if $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: a guard without an arm: it belongs between the operation and its `=>`, as in \
             `pattern = operation, if condition => handler`"
        )
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt , $($rest:tt)*) => {
        ::core::compile_error!("select!: one comma too many: remove it")
    };
    (() $b:tt $d:tt $e:tt $a:tt $($rest:tt)+) => {
        ::core::compile_error!("select!: more than 64 arms; `taut::select::Select` takes any number")
    };

    // An arm with a guard.
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr, if $c:expr => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($c) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr, if $c:expr => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($c) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr, if $c:expr => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($c) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr, if $c:expr => $h:expr) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($c) ($h))) }
    };

    // An arm without.
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) () ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) () ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) () ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr => $h:expr) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) () ($h))) }
    };

    // Whatever comes here is an arm with something wrong in it.
    ($n:tt $b:tt $d:tt $e:tt $a:tt $($rest:tt)*) => {
        $crate::__select_wrong!{ $($rest)* }
    };
}

/// Says what is wrong with the arm that the source begins with.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_wrong {
    ($p:pat = $f:expr, if $c:expr => $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: a comma is missing after a handler: each handler is followed by one, unless it \
             is a block and the last thing in its arm"
        )
    };
    ($p:pat = $f:expr => $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: a comma is missing after a handler: each handler is followed by one, unless it \
             is a block and the last thing in its arm"
        )
    };
    ($p:pat = $f:expr, if $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: a guard without a handler: after it comes `=> handler`, as in \
             `pattern = operation, if condition => handler`"
        )
    };
    ($p:pat = $f:expr $(, $($rest:tt)*)?) => {
        ::core::compile_error!(
            "select!: an arm without a handler: after the operation comes `=> handler`, as in \
             `pattern = operation => handler`"
        )
    };
    ($p:pat => $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: an arm without an operation: `pattern = operation => handler`; only `default` \
             and `else` go without"
        )
    };
    ($p:pat if $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: a guard without an arm: it belongs between the operation and its `=>`, as in \
             `pattern = operation, if condition => handler`"
        )
    };
    ($($rest:tt)*) => {
        ::core::compile_error!(
            "select!: an arm is `pattern = operation => handler`, or with a guard \
             `pattern = operation, if condition => handler`"
        )
    };
}

/// Writes the code: `(biased) (default) (else) (((variant number) (pattern) (operation) (guard) (handler)) …)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_run {
    // No arms: nothing to wait for.
    (($b:tt) () () ()) => {
        $crate::select!()
    };
    (($b:tt) ($d:expr) () ()) => {
        $d
    };
    (($b:tt) $d:tt ($e:expr) ()) => {
        $e
    };

    (($b:tt) () () ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        let output = {
            let race = $crate::__select_race!{ $b $(($i $f $g))+ };
            $crate::__private::next_or_never(::core::pin::pin!(race)).await
        };
        match output {
            $($crate::__private::Out::$v(output) => {
                let $p = output;
                $h
            })+
        }
    }};

    (($b:tt) ($d:expr) () ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        let output = {
            let race = $crate::__select_race!{ $b $(($i $f $g))+ };
            $crate::__private::now(::core::pin::pin!(race)).await
        };
        match output {
            $($crate::__private::Moment::Won($crate::__private::Out::$v(output)) => {
                let $p = output;
                $h
            })+
            $crate::__private::Moment::Unready | $crate::__private::Moment::Disabled => $d,
        }
    }};

    (($b:tt) () ($e:expr) ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        let output = {
            let race = $crate::__select_race!{ $b $(($i $f $g))+ };
            let mut race = ::core::pin::pin!(race);
            loop {
                let output = $crate::__private::next(race.as_mut()).await;
                let mut is_match = output.is_none();
                #[allow(unused, clippy::all, clippy::pedantic)]
                match output {
                    $(::core::option::Option::Some($crate::__private::Out::$v($p))
                        if { is_match = true; false } => $crate::__private::unmatched(),)+
                    _ => {}
                }
                if is_match {
                    break output;
                }
            }
        };
        match output {
            $(::core::option::Option::Some($crate::__private::Out::$v($p)) => $h,)+
            ::core::option::Option::None => $e,
            #[allow(unreachable_patterns)]
            _ => $crate::__private::unmatched(),
        }
    }};

    (($b:tt) ($d:expr) ($e:expr) ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        $crate::__select_check_else!{ $(($p) $g)+ }
        let output = {
            let race = $crate::__select_race!{ $b $(($i $f $g))+ };
            let mut race = ::core::pin::pin!(race);
            loop {
                let output = $crate::__private::now(race.as_mut()).await;
                let mut is_match = !::core::matches!(output, $crate::__private::Moment::Won(_));
                #[allow(unused, clippy::all, clippy::pedantic)]
                match output {
                    $($crate::__private::Moment::Won($crate::__private::Out::$v($p))
                        if { is_match = true; false } => $crate::__private::unmatched(),)+
                    _ => {}
                }
                if is_match {
                    break output;
                }
            }
        };
        match output {
            $($crate::__private::Moment::Won($crate::__private::Out::$v($p)) => $h,)+
            $crate::__private::Moment::Unready => $d,
            $crate::__private::Moment::Disabled => $e,
            #[allow(unreachable_patterns)]
            _ => $crate::__private::unmatched(),
        }
    }};
}

/// Evaluates the guards and then the operations, each once, and makes arms of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_race {
    ($b:tt $(($i:tt ($f:expr) $g:tt))+) => {{
        let guards = ($($crate::__select_guard!($g),)+);
        $crate::__private::race(
            ($($crate::__select_arm!(($f) $g guards.$i),)+),
            $b,
        )
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __select_guard {
    (()) => {
        ()
    };
    (($c:expr)) => {{
        let guard: bool = $c;
        guard
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __select_arm {
    (($f:expr) () $guard:expr) => {{
        let arm = $f;
        let way = {
            #[allow(unused_imports)]
            use $crate::__private::{ViaCase as _, ViaFuture as _};
            (&$crate::__private::Probe::of(&arm)).way()
        };
        way.arm(arm)
    }};
    (($f:expr) ($c:expr) $guard:expr) => {
        $crate::__private::guarded($guard, $crate::__select_arm!(($f)()()))
    };
}

/// Refuses an `else` beside a `default` if no arm could ever be disabled.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_check_else {
    ($(($p:pat) ())+) => {
        const _: () = ::core::assert!(
            false $(|| $crate::__private::may_miss(::core::stringify!($p)))+,
            "select!: this `else` can never run beside `default`: no arm has a guard, or a pattern \
             that may not match; remove it"
        );
    };
    ($($some:tt)*) => {};
}
