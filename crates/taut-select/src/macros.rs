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

    // An arm, with a guard or without.
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:expr) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) }
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
    ($p:pat = $f:expr $(, if $c:expr)? => $(, $($rest:tt)*)?) => {
        $crate::__select_wrong!{ @handler ($p) ($f) }
    };
    ($p:pat = $f:expr $(, if $c:expr)? => $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "select!: a comma is missing after the handler of `", ::core::stringify!($p = $f),
            "`: only a handler that is a block goes without"
        ))
    };
    ($p:pat = $f:expr, if $c:expr $(, $($rest:tt)*)?) => {
        ::core::compile_error!(::core::concat!(
            "select!: the arm `", ::core::stringify!($p = $f), "` has a guard but no handler: write `",
            ::core::stringify!($p = $f, if $c), " => handler`"
        ))
    };
    ($p:pat = $f:expr, if $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "select!: the guard of `", ::core::stringify!($p = $f), "` is no condition: write `",
            ::core::stringify!($p = $f), ", if condition => handler`"
        ))
    };
    ($p:pat = $f:expr $(, $($rest:tt)*)?) => {
        $crate::__select_wrong!{ @handler ($p) ($f) }
    };
    ($p:pat = => $($rest:tt)*) => {
        $crate::__select_wrong!{ @operation ($p) }
    };
    ($p:pat => $($rest:tt)*) => {
        $crate::__select_wrong!{ @operation ($p) }
    };
    ($p:pat if $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "select!: the guard of `", ::core::stringify!($p), "` comes too early: write `",
            ::core::stringify!($p), " = operation, if condition => handler`"
        ))
    };
    (@handler ($p:pat) ($f:expr)) => {
        ::core::compile_error!(::core::concat!(
            "select!: the arm `", ::core::stringify!($p = $f), "` has no handler: write `",
            ::core::stringify!($p = $f), " => handler`"
        ))
    };
    (@operation ($p:pat)) => {
        ::core::compile_error!(::core::concat!(
            "select!: the arm of `", ::core::stringify!($p), "` has no operation: write `",
            ::core::stringify!($p), " = operation => handler`; only `default` and `else` go without"
        ))
    };
    ($($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "select!: this is no arm: `", ::core::stringify!($($rest)*), "`; an arm is `pattern = operation => handler`, or with a guard \
             `pattern = operation, if condition => handler`"
        ))
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
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            $crate::__private::next(::core::pin::pin!(race)).await
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
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            $crate::__private::now(::core::pin::pin!(race)).await
        };
        match output {
            $(::core::option::Option::Some($crate::__private::Out::$v(output)) => {
                let $p = output;
                $h
            })+
            ::core::option::Option::None => $d,
        }
    }};

    (($b:tt) () ($e:expr) ($((($v:ident $i:tt) ($p:pat) $f:tt $g:tt ($h:expr)))+)) => {{
        let output = {
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            let mut race = ::core::pin::pin!(race);
            loop {
                if race.is_over() {
                    break ::core::option::Option::None;
                }
                let output = $crate::__private::next(race.as_mut()).await;
                if $crate::__select_is_match!(output $(($v ($p)))+) {
                    break ::core::option::Option::Some(output);
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
        let (output, is_over) = {
            let race = $crate::__private::race($crate::__select_tuple!{ $(($i $f $g))+ }, $b);
            let mut race = ::core::pin::pin!(race);
            loop {
                match $crate::__private::now(race.as_mut()).await {
                    ::core::option::Option::Some(output) => {
                        if $crate::__select_is_match!(output $(($v ($p)))+) {
                            break (::core::option::Option::Some(output), false);
                        }
                    }
                    ::core::option::Option::None => {
                        break (::core::option::Option::None, race.is_over());
                    }
                }
            }
        };
        match output {
            $(::core::option::Option::Some($crate::__private::Out::$v($p)) => $h,)+
            ::core::option::Option::None if is_over => $e,
            ::core::option::Option::None => $d,
            #[allow(unreachable_patterns)]
            _ => $crate::__private::unmatched(),
        }
    }};
}

/// Whether an output matches the pattern of its arm. It stays whole: the guard says no.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_is_match {
    ($output:ident $(($v:ident ($p:pat)))+) => {{
        let mut is_match = false;
        #[allow(unused, clippy::all, clippy::pedantic)]
        match $output {
            $($crate::__private::Out::$v($p)
                if { is_match = true; false } => $crate::__private::unmatched(),)+
            _ => {}
        }
        is_match
    }};
}

/// Evaluates the guards and then the operations, each once, and makes arms of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_tuple {
    ($(($i:tt ($f:expr) $g:tt))+) => {{
        let guards = ($($crate::__select_guard!($g),)+);
        ($($crate::__select_arm!(($f) $g guards.$i),)+)
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
